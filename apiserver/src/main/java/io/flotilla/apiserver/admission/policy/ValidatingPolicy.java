package io.flotilla.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.NullValue;
import io.flotilla.apiserver.extension.cel.EvaluationException;
import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A ValidatingAdmissionPolicy, read once. */
final class ValidatingPolicy extends Policy {
    private static final int LONGEST_MESSAGE = 5 * 1024;

    private final List<Validation> validations = new ArrayList<>();
    private final List<Expression> annotations = new ArrayList<>(0);

    private record Validation(
            Expression expression, String message, Optional<Expression> messageExpression, String reason) {

        String told(Map<String, Object> values, Budget budget) {
            if (messageExpression.isPresent()) {
                try {
                    Object made = messageExpression.get().evaluate(values, budget);
                    String words = made instanceof String text ? text.strip() : "";
                    if (!words.isEmpty()
                            && words.indexOf('\n') < 0
                            && words.getBytes(StandardCharsets.UTF_8).length <= LONGEST_MESSAGE) {
                        return words;
                    }
                } catch (EvaluationException _) {
                    // What the validation says of itself is told instead.
                }
            }
            return message.isEmpty() ? "failed expression: " + expression.text() : message;
        }
    }

    /**
     * A validation that does not hold, or something that cannot be evaluated.
     *
     * @param denies whether the write is denied, whatever actions the binding names
     * @param errorType why it cannot be evaluated, as metrics name it; {@code no_error} if it just does not hold
     * @param nanos that it took
     */
    record Finding(String message, String reason, boolean denies, String errorType, long nanos) {
        /** What cannot be evaluated. */
        static Finding failed(String message, boolean denies, long nanos) {
            String errorType = message.endsWith(Budget.OVERDRAWN)
                    ? "out_of_budget"
                    : message.startsWith(Expression.COMPILATION_ERROR) ? "compile_error" : "invalid_error";
            return new Finding(message, "Invalid", denies, errorType, nanos);
        }
    }

    ValidatingPolicy(JsonNode policy) {
        super(policy, ObjectExpression::of);
        JsonNode spec = policy.path("spec");
        for (JsonNode each : spec.path("validations")) {
            String told = each.path("messageExpression").asText("");
            validations.add(new Validation(
                    Expression.of(each.path("expression").asText(), ObjectExpression::of),
                    each.path("message").asText("").strip(),
                    told.isEmpty() ? Optional.empty() : Optional.of(Expression.of(told, ObjectExpression::of)),
                    each.path("reason").asText("Invalid")));
        }
        for (JsonNode each : spec.path("auditAnnotations")) {
            annotations.add(Expression.of(each.path("valueExpression").asText(), ObjectExpression::of));
        }
    }

    /** Holds what the variables stand for against the validations. */
    List<Finding> check(Map<String, Object> given) {
        List<Finding> findings = new ArrayList<>(0);
        try {
            if (!applies(given)) {
                return findings;
            }
        } catch (EvaluationException e) {
            fail(findings, String.valueOf(e.getMessage()), false, 0);
            return findings;
        }
        Budget budget = new Budget(Budget.OF_REQUEST);
        Map<String, Object> values = values(given, budget);
        for (Validation each : validations) {
            long start = System.nanoTime();
            try {
                if (!Boolean.TRUE.equals(each.expression().evaluate(values, budget))) {
                    long nanos = System.nanoTime() - start;
                    String told = each.told(values, budget);
                    if (budget.isOverdrawn()) {
                        fail(findings, "failed messageExpression: " + Budget.OVERDRAWN, false, nanos);
                    } else {
                        findings.add(new Finding(told, each.reason(), false, "no_error", nanos));
                    }
                }
            } catch (EvaluationException e) {
                fail(findings, String.valueOf(e.getMessage()), false, System.nanoTime() - start);
            }
            if (budget.isOverdrawn()) {
                return findings;
            }
        }
        checkAnnotations(values, findings);
        return findings;
    }

    private void fail(List<Finding> findings, String why, boolean denies, long nanos) {
        if (!ignoresFailure()) {
            findings.add(Finding.failed(why, denies, nanos));
        }
    }

    /** Their values are for the audit log alone; those that cannot be made deny the write. */
    private void checkAnnotations(Map<String, Object> values, List<Finding> findings) {
        Budget budget = new Budget(Budget.OF_REQUEST);
        for (Expression each : annotations) {
            try {
                Object value = each.evaluate(values, budget);
                if (!(value instanceof String) && !(value instanceof NullValue)) {
                    findings.add(Finding.failed(
                            "valueExpression '" + each.text()
                                    + "' resulted in unsupported return type. Return type must"
                                    + " be either string or null.",
                            true,
                            0));
                }
            } catch (EvaluationException e) {
                fail(findings, String.valueOf(e.getMessage()), true, 0);
            }
            if (budget.isOverdrawn()) {
                return;
            }
        }
    }
}
