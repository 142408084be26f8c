package io.flotilla.apiserver.admission.policy;

import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.registry.admissionregistration.ValidatingPolicyStrategy;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import java.util.Set;
import java.util.stream.Collectors;

/** The rules of ValidatingAdmissionPolicy, and that its expressions can be read. */
public final class ValidatingPolicyRules extends ValidatingPolicyStrategy {
    /** Messages ask nobody for permission. */
    private static final Set<String> IN_MESSAGES = Policy.VARIABLES.stream()
            .filter(each -> !each.startsWith("authorizer"))
            .collect(Collectors.toUnmodifiableSet());

    @Override
    protected void checkExpressions(Field spec, Findings findings) {
        ExpressionRules rules = new ExpressionRules(spec, findings);
        rules.checkCommon(ObjectExpression::of);
        for (Field each : spec.at("validations").items()) {
            rules.check(each.at("expression"), ObjectExpression::ofBoolean, Policy.VARIABLES);
            rules.check(each.at("messageExpression"), ObjectExpression::ofText, IN_MESSAGES);
        }
        for (Field each : spec.at("auditAnnotations").items()) {
            rules.check(each.at("valueExpression"), ObjectExpression::ofTextOrNull, Policy.VARIABLES);
        }
    }
}
