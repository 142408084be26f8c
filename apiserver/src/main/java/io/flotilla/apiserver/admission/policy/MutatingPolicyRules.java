package io.flotilla.apiserver.admission.policy;

import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.admissionregistration.MutatingPolicyStrategy;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;

/** The rules of MutatingAdmissionPolicy, and that its expressions can be read. An unchanged spec is not read again. */
public final class MutatingPolicyRules extends MutatingPolicyStrategy {
    @Override
    protected void check(WriteContext context, Field policy, Findings findings) {
        super.check(context, policy, findings);
        checkExpressions(policy.at("spec"), findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field policy, Field old, Findings findings) {
        super.check(context, policy, findings);
        if (!policy.at("spec").value().equals(old.at("spec").value())) {
            checkExpressions(policy.at("spec"), findings);
        }
    }

    private static void checkExpressions(Field spec, Findings findings) {
        ExpressionRules rules = new ExpressionRules(spec, findings);
        rules.checkCommon(ObjectExpression::ofPatchVariable);
        for (Field each : spec.at("mutations").items()) {
            Field configuration = each.at("applyConfiguration", "expression");
            rules.check(configuration, ObjectExpression::ofConfiguration, Policy.VARIABLES);
            rules.check(each.at("jsonPatch", "expression"), ObjectExpression::ofJsonPatch, Policy.VARIABLES);
        }
    }
}
