package io.flotilla.apiserver.admission.policy;

import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.registry.admissionregistration.MutatingPolicyStrategy;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;

/** The rules of MutatingAdmissionPolicy, and that its expressions can be read. */
public final class MutatingPolicyRules extends MutatingPolicyStrategy {
    @Override
    protected void checkExpressions(Field spec, Findings findings) {
        ExpressionRules rules = new ExpressionRules(spec, findings);
        rules.checkCommon(ObjectExpression::ofPatchVariable);
        for (Field each : spec.at("mutations").items()) {
            Field configuration = each.at("applyConfiguration", "expression");
            rules.check(configuration, ObjectExpression::ofConfiguration, Policy.VARIABLES);
            rules.check(each.at("jsonPatch", "expression"), ObjectExpression::ofJsonPatch, Policy.VARIABLES);
        }
    }
}
