package io.flotilla.apiserver.extension.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
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
        return compile(text, variables, SimpleType.BOOL, "must evaluate to bool");
    }

    /** As {@link #ofBoolean}, of an expression whose value may be anything. */
    public static ObjectExpression of(String text, Set<String> variables) {
        return compile(text, variables, SimpleType.DYN, "");
    }

    private static ObjectExpression compile(String text, Set<String> variables, CelType result, String otherwise) {
        CelCompiler compiler = Expressions.compiler(variables);
        Expressions.Compiled compiled;
        try {
            compiled = Expressions.compile(compiler, text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("compilation failed: " + e.getMessage(), e);
        }
        if (!result.equals(SimpleType.DYN) && !compiled.result().equals(result)) {
            throw new IllegalArgumentException(otherwise);
        }
        return new ObjectExpression(compiled);
    }

    /** An object as expressions see it. */
    public static Object value(JsonNode object) {
        return SchemaValues.of(null, object, false);
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
