package io.flotilla.apiserver.admission.policy;

import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** Whether the expressions of a policy can be read. */
record ExpressionRules(Field spec, Findings findings) {

    /** Checks what policies of both kinds have. */
    void checkCommon(BiFunction<String, Set<String>, ObjectExpression> variables) {
        for (Field each : spec.at("matchConditions").items()) {
            check(each.at("expression"), ObjectExpression::ofBoolean, Policy.BEFORE_VARIABLES);
        }
        for (Field each : spec.at("variables").items()) {
            check(each.at("expression"), variables, Policy.VARIABLES);
        }
    }

    /** Checks one expression, if it is there; without a kind of parameters it cannot speak of any. */
    void check(Field expression, BiFunction<String, Set<String>, ObjectExpression> reader, Set<String> variables) {
        if (expression.text().isBlank()) {
            return;
        }
        Set<String> known = spec.has("paramKind")
                ? variables
                : variables.stream().filter(each -> !each.equals("params")).collect(Collectors.toUnmodifiableSet());
        try {
            var _ = reader.apply(expression.text(), known);
        } catch (IllegalArgumentException e) {
            findings.invalid(expression, String.valueOf(e.getMessage()));
        }
    }
}
