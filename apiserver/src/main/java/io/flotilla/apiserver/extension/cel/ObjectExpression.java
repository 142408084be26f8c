package io.flotilla.apiserver.extension.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.types.CelTypes;
import dev.cel.runtime.CelEvaluationException;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import java.util.Map;
import java.util.Set;

/** An expression over whole objects of any kind, as admission has them. Immutable; safe from any thread. */
public final class ObjectExpression {
    private final Expressions.Compiled compiled;

    private ObjectExpression(Expressions.Compiled compiled) {
        this.compiled = compiled;
    }

    /**
     * Reads an expression that is true or false.
     *
     * @param variables names of the objects
     * @throws IllegalArgumentException it is none; the message tells why
     */
    public static ObjectExpression ofBoolean(String text, Set<String> variables) {
        return of(compile(text, variables), "bool");
    }

    /** As {@link #ofBoolean}, of an expression that makes a text. */
    public static ObjectExpression ofText(String text, Set<String> variables) {
        return of(compile(text, variables), "string");
    }

    /** As {@link #ofText}, of one that may make null as well. */
    public static ObjectExpression ofTextOrNull(String text, Set<String> variables) {
        Expressions.Compiled compiled = compile(text, variables);
        String actual = CelTypes.format(compiled.result());
        if (!actual.equals("string") && !actual.equals("null_type")) {
            throw new IllegalArgumentException("must evaluate to one of [string null_type] but got " + actual);
        }
        return new ObjectExpression(compiled);
    }

    /** As {@link #ofBoolean}, of an expression whose value may be anything. */
    public static ObjectExpression of(String text, Set<String> variables) {
        return new ObjectExpression(compile(text, variables));
    }

    /** As {@link #of}, where values of those types may be built that change an object. */
    public static ObjectExpression ofPatchVariable(String text, Set<String> variables) {
        return new ObjectExpression(compilePatch(text, variables));
    }

    /** As {@link #ofBoolean}, of an expression that builds an {@code Object}: the fields that an object is to have. */
    public static ObjectExpression ofConfiguration(String text, Set<String> variables) {
        return of(compilePatch(text, variables), "Object");
    }

    /** As {@link #ofBoolean}, of an expression that builds a list of {@code JSONPatch}. */
    public static ObjectExpression ofJsonPatch(String text, Set<String> variables) {
        return of(compilePatch(text, variables), "list(JSONPatch)");
    }

    private static ObjectExpression of(Expressions.Compiled compiled, String result) {
        String actual = CelTypes.format(compiled.result());
        if (!actual.equals(result)) {
            throw new IllegalArgumentException("must evaluate to " + result + " but got " + actual);
        }
        return new ObjectExpression(compiled);
    }

    private static Expressions.Compiled compile(String text, Set<String> variables) {
        try {
            return Expressions.compile(Expressions.compiler(variables), text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("compilation failed: " + e.getMessage(), e);
        }
    }

    private static Expressions.Compiled compilePatch(String text, Set<String> variables) {
        try {
            return Expressions.compilePatch(text, variables);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("compilation failed: " + e.getMessage(), e);
        }
    }

    /** An object as expressions see it. */
    public static Object value(JsonNode object) {
        return SchemaValues.of(null, object, false);
    }

    /**
     * A value that an expression made, as JSON.
     *
     * @throws EvaluationException JSON has no such value, or a part of an object stands where its type does not belong
     */
    public static JsonNode json(Object value) throws EvaluationException {
        return JsonValues.of(value);
    }

    /**
     * Whether the expression is true.
     *
     * @param variables their values, each made by {@link #value}
     */
    public boolean isTrue(Map<String, Object> variables, Budget budget) throws EvaluationException {
        return Boolean.TRUE.equals(evaluate(variables, budget));
    }

    /**
     * The value of the expression, as other expressions see it.
     *
     * @param budget pays for the evaluation, which has no value if that overdraws it
     */
    public Object evaluate(Map<String, Object> variables, Budget budget) throws EvaluationException {
        try {
            Object value = compiled.run(variables, budget);
            if (budget.isOverdrawn()) {
                throw new EvaluationException(Budget.OVERDRAWN);
            }
            return value;
        } catch (CelEvaluationException e) {
            throw new EvaluationException(budget.isOverdrawn() ? Budget.OVERDRAWN : Expressions.plain(e));
        }
    }
}
