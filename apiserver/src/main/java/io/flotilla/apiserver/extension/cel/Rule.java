package io.flotilla.apiserver.extension.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.CelErrorCode;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.runtime.CelEvaluationException;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import io.flotilla.apiserver.extension.cel.cost.Meter;
import io.flotilla.apiserver.extension.structural.Structural;
import io.flotilla.apiserver.request.FieldError;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One rule of {@code x-kubernetes-validations}. */
final class Rule {
    private static final int LONGEST_MESSAGE = 5 * 1024;

    private final Expressions.Compiled rule;
    private final Optional<Expressions.Compiled> messageExpression;
    private final boolean optionalOldSelf;
    private final String text;
    private final String message;
    private final String reason;
    private final String fieldPath;

    /**
     * Reads a rule.
     *
     * @throws IllegalArgumentException an expression is none, or of the wrong type
     */
    Rule(JsonNode rule, CelCompiler compiler) {
        text = rule.path("rule").asText("").strip();
        message = rule.path("message").asText("").strip();
        reason = rule.path("reason").asText("");
        fieldPath = rule.path("fieldPath").asText("");
        optionalOldSelf = rule.path("optionalOldSelf").asBoolean(false);
        this.rule = Expressions.compile(compiler, rule.path("rule").asText(""));
        if (!this.rule.result().equals(SimpleType.BOOL)) {
            throw new IllegalArgumentException("cel expression must evaluate to a bool");
        }
        String expression = rule.path("messageExpression").asText("");
        messageExpression =
                expression.isEmpty() ? Optional.empty() : Optional.of(Expressions.compile(compiler, expression));
        if (messageExpression.isPresent() && !messageExpression.get().result().equals(SimpleType.STRING)) {
            throw new IllegalArgumentException("messageExpression must evaluate to a string");
        }
    }

    /** What the rule costs at most for one value, if values are as the schema says. */
    long estimate(Structural schema, boolean resource) {
        return rule.estimate(schema, resource);
    }

    /** As {@link #estimate}, of the expression that makes the message; 0 if there is none. */
    long estimateMessage(Structural schema, boolean resource) {
        return messageExpression.map(each -> each.estimate(schema, resource)).orElse(0L);
    }

    boolean usesOldSelf() {
        return rule.usesOldSelf();
    }

    /** Whether there must be an old value for the rule to apply. */
    boolean isTransition() {
        return rule.usesOldSelf() && !optionalOldSelf;
    }

    /**
     * Holds a value against the rule.
     *
     * @param type of the value, as the schema names it
     * @param shown the value as messages show it
     * @param budget ends with a rule that costs too much by itself
     */
    Optional<FieldError> check(
            String path, String type, Object self, @Nullable Object oldSelf, Object shown, Budget budget) {
        Map<String, Object> variables = new HashMap<>();
        variables.put(Expressions.SELF, self);
        if (optionalOldSelf) {
            variables.put(Expressions.OLD_SELF, Optional.ofNullable(oldSelf));
        } else if (oldSelf != null) {
            variables.put(Expressions.OLD_SELF, oldSelf);
        }
        try {
            if (Boolean.TRUE.equals(rule.run(variables, budget))) {
                return Optional.empty();
            }
        } catch (CelEvaluationException e) {
            if (Expressions.isLimit(e)) {
                budget.end();
            }
            return Optional.of(FieldError.invalid(path, type, failure(e)));
        }
        String detail = detail(variables, budget);
        String where = path(path);
        return Optional.of(
                switch (reason) {
                    case "FieldValueForbidden" -> FieldError.forbidden(where, detail);
                    case "FieldValueRequired" -> FieldError.required(where, detail);
                    case "FieldValueDuplicate" -> FieldError.duplicate(where, shown);
                    default -> FieldError.invalid(where, shown, detail);
                });
    }

    private String path(String path) {
        if (fieldPath.isEmpty()) {
            return path.isEmpty() ? "<nil>" : path;
        }
        String child = fieldPath.startsWith(".") ? fieldPath.substring(1) : fieldPath;
        return path.isEmpty() ? child : path + "." + child;
    }

    private String failure(CelEvaluationException e) {
        String told = message.isEmpty() ? text : message;
        CelErrorCode code = e.getErrorCode();
        if (code == CelErrorCode.OVERLOAD_NOT_FOUND) {
            return "'no such overload': call arguments did not match a supported operator, function or macro signature"
                    + " for rule: " + told;
        }
        if (Expressions.isLimit(e)) {
            return "'" + Meter.EXCEEDED + "': no further validation rules will be run due to"
                    + " call cost exceeds limit for rule: " + told;
        }
        return Expressions.plain(e) + " evaluating rule: " + told;
    }

    private String detail(Map<String, Object> variables, Budget budget) {
        if (messageExpression.isPresent()) {
            try {
                Object made = messageExpression.get().run(variables, budget);
                String words = made instanceof String string ? string.strip() : "";
                if (!words.isEmpty() && words.length() <= LONGEST_MESSAGE && words.indexOf('\n') < 0) {
                    return words;
                }
            } catch (CelEvaluationException _) {
                // What the rule says of itself is told instead.
            }
        }
        return message.isEmpty() ? "failed rule: " + text : message;
    }
}
