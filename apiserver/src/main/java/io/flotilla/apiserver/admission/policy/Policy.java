package io.flotilla.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.admission.matching.Conditions;
import io.flotilla.apiserver.admission.matching.Matching;
import io.flotilla.apiserver.extension.cel.EvaluationException;
import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What policies of both kinds say, read once. */
abstract sealed class Policy permits ValidatingPolicy, MutatingPolicy {
    /** What match conditions speak of. */
    static final Set<String> BEFORE_VARIABLES = with(Conditions.VARIABLES, "params", "namespaceObject");
    /** What all other expressions speak of. */
    static final Set<String> VARIABLES = with(BEFORE_VARIABLES, "variables");

    private final String name;
    private final Matching matching;
    private final JsonNode paramKind;
    private final boolean ignoresFailure;
    private final Conditions conditions;
    private final Map<String, Expression> variables = new LinkedHashMap<>();

    private static Set<String> with(Set<String> names, String... more) {
        return Stream.concat(names.stream(), Arrays.stream(more)).collect(Collectors.toUnmodifiableSet());
    }

    /** @param reader compiles the expressions of variables */
    Policy(JsonNode policy, BiFunction<String, Set<String>, ObjectExpression> reader) {
        JsonNode spec = policy.path("spec");
        name = policy.path("metadata").path("name").asText();
        matching = Matching.ofResources(spec.path("matchConstraints"));
        paramKind = spec.path("paramKind");
        ignoresFailure = spec.path("failurePolicy").asText().equals("Ignore");
        conditions = Conditions.of(spec.path("matchConditions"), BEFORE_VARIABLES);
        for (JsonNode each : spec.path("variables")) {
            variables.put(
                    each.path("name").asText(),
                    Expression.of(each.path("expression").asText(), reader));
        }
    }

    final String name() {
        return name;
    }

    final Matching matching() {
        return matching;
    }

    /** Kind of its parameters; missing if it takes none. */
    final JsonNode paramKind() {
        return paramKind;
    }

    /** Whether a write is let in where the policy cannot be applied. */
    final boolean ignoresFailure() {
        return ignoresFailure;
    }

    /** Whether the policy is about what the variables stand for. */
    final boolean applies(Map<String, Object> given) throws EvaluationException {
        return conditions.hold(given);
    }

    /**
     * What is given and the policy's own variables; one that has no value is missed by those expressions that speak of
     * it.
     */
    final Map<String, Object> values(Map<String, Object> given, Budget budget) {
        Map<String, Object> known = new HashMap<>();
        Map<String, Object> values = new HashMap<>(given);
        values.put("variables", known);
        variables.forEach((each, expression) -> {
            try {
                known.put(each, expression.evaluate(values, budget));
            } catch (EvaluationException _) {
                known.remove(each);
            }
        });
        return values;
    }
}
