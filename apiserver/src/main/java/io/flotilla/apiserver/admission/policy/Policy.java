package io.flotilla.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.admission.matching.Conditions;
import io.flotilla.apiserver.admission.matching.Matching;
import io.flotilla.apiserver.extension.cel.EvaluationException;
import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A ValidatingAdmissionPolicy, read once. */
final class Policy {
    private static final Set<String> BEFORE_VARIABLES = with(Conditions.VARIABLES, "params", "namespaceObject");
    private static final Set<String> ALL = with(BEFORE_VARIABLES, "variables");

    private final String name;
    private final Matching matching;
    private final JsonNode paramKind;
    private final boolean ignoresFailure;
    private final Conditions conditions;
    private final Map<String, Expression> variables = new LinkedHashMap<>();
    private final List<Validation> validations = new ArrayList<>();

    private static Set<String> with(Set<String> names, String... more) {
        return Stream.concat(names.stream(), Arrays.stream(more)).collect(Collectors.toUnmodifiableSet());
    }

    /** An expression, or why it is none. */
    private record Expression(String text, Optional<ObjectExpression> compiled, String trouble) {
        static Expression of(String text) {
            try {
                return new Expression(text.strip(), Optional.of(ObjectExpression.of(text, ALL)), "");
            } catch (IllegalArgumentException e) {
                return new Expression(text.strip(), Optional.empty(), String.valueOf(e.getMessage()));
            }
        }

        Object evaluate(Map<String, Object> values, Budget budget) throws EvaluationException {
            if (compiled.isEmpty()) {
                throw new EvaluationException("compilation error: " + trouble);
            }
            try {
                return compiled.get().evaluate(values, budget);
            } catch (EvaluationException e) {
                if (budget.isOverdrawn()) {
                    throw e;
                }
                throw new EvaluationException("expression '" + text + "' resulted in error: " + e.getMessage());
            }
        }
    }

    private record Validation(
            Expression expression, String message, Optional<Expression> messageExpression, String reason) {

        String told(Map<String, Object> values, Budget budget) {
            if (messageExpression.isPresent()) {
                try {
                    if (messageExpression.get().evaluate(values, budget) instanceof String words && !words.isBlank()) {
                        return words.strip();
                    }
                } catch (EvaluationException _) {
                    // What the validation says of itself is told instead.
                }
            }
            return message.isEmpty() ? "failed expression: " + expression.text() : message;
        }
    }

    /** A validation that does not hold, or cannot be evaluated. */
    record Finding(String message, String reason) {}

    Policy(JsonNode policy) {
        JsonNode spec = policy.path("spec");
        name = policy.path("metadata").path("name").asText();
        matching = Matching.ofResources(spec.path("matchConstraints"));
        paramKind = spec.path("paramKind");
        ignoresFailure = spec.path("failurePolicy").asText().equals("Ignore");
        conditions = Conditions.of(spec.path("matchConditions"), BEFORE_VARIABLES);
        for (JsonNode each : spec.path("variables")) {
            variables.put(
                    each.path("name").asText(),
                    Expression.of(each.path("expression").asText()));
        }
        for (JsonNode each : spec.path("validations")) {
            String told = each.path("messageExpression").asText("");
            validations.add(new Validation(
                    Expression.of(each.path("expression").asText()),
                    each.path("message").asText("").strip(),
                    told.isEmpty() ? Optional.empty() : Optional.of(Expression.of(told)),
                    each.path("reason").asText("Invalid")));
        }
    }

    String name() {
        return name;
    }

    Matching matching() {
        return matching;
    }

    /** Kind of its parameters; missing if it takes none. */
    JsonNode paramKind() {
        return paramKind;
    }

    /** Whether a write is let in where the policy cannot be applied. */
    boolean ignoresFailure() {
        return ignoresFailure;
    }

    /** Holds what the variables stand for against the validations. */
    List<Finding> check(Map<String, Object> given) {
        List<Finding> findings = new ArrayList<>(0);
        try {
            if (!conditions.hold(given)) {
                return findings;
            }
        } catch (EvaluationException e) {
            fail(findings, e);
            return findings;
        }
        Map<String, Object> values = new HashMap<>(given);
        Budget budget = new Budget(Budget.OF_REQUEST);
        values.put("variables", variables(given, budget));
        for (Validation each : validations) {
            try {
                if (!Boolean.TRUE.equals(each.expression().evaluate(values, budget))) {
                    findings.add(new Finding(each.told(values, budget), each.reason()));
                }
            } catch (EvaluationException e) {
                fail(findings, e);
            }
            if (budget.isOverdrawn()) {
                return findings;
            }
        }
        return findings;
    }

    private void fail(List<Finding> findings, EvaluationException why) {
        if (!ignoresFailure) {
            findings.add(new Finding(String.valueOf(why.getMessage()), "Invalid"));
        }
    }

    /** The policy's own variables; one that has no value is missed by those expressions that speak of it. */
    private Map<String, Object> variables(Map<String, Object> given, Budget budget) {
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
        return known;
    }
}
