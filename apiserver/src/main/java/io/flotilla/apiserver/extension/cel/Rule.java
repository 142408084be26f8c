package io.flotilla.apiserver.extension.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.CelErrorCode;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.runtime.CelEvaluationException;
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
     */
    Optional<FieldError> check(String path, String type, Object self, @Nullable Object oldSelf, Object shown) {
        Map<String, Object> variables = new HashMap<>();
        variables.put(Expressions.SELF, self);
        if (optionalOldSelf) {
            variables.put(Expressions.OLD_SELF, Optional.ofNullable(oldSelf));
        } else if (oldSelf != null) {
            variables.put(Expressions.OLD_SELF, oldSelf);
        }
        try {
            if (Boolean.TRUE.equals(rule.program().eval(variables))) {
                return Optional.empty();
            }
        } catch (CelEvaluationException e) {
            return Optional.of(FieldError.invalid(path, type, failure(e)));
        }
        String detail = detail(variables);
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
        if (code == CelErrorCode.ITERATION_BUDGET_EXCEEDED) {
            return "'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to"
                    + " call cost exceeds limit for rule: " + told;
        }
        return Expressions.plain(e) + " evaluating rule: " + told;
    }

    private String detail(Map<String, Object> variables) {
        if (messageExpression.isPresent()) {
            try {
                Object made = messageExpression.get().program().eval(variables);
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
