package io.flotilla.apiserver.admission.policy;

import io.flotilla.apiserver.extension.cel.EvaluationException;
import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** An expression of a policy, or why it is none: then it fails whenever it is evaluated. */
record Expression(String text, Optional<ObjectExpression> compiled, String trouble) {
    /** How the message of every failure of what is no expression begins. */
    static final String COMPILATION_ERROR = "compilation error: ";

    /** @param reader compiles an expression over the names of variables */
    static Expression of(String text, BiFunction<String, Set<String>, ObjectExpression> reader) {
        try {
            return new Expression(text.strip(), Optional.of(reader.apply(text, Policy.VARIABLES)), "");
        } catch (IllegalArgumentException e) {
            return new Expression(text.strip(), Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    Object evaluate(Map<String, Object> values, Budget budget) throws EvaluationException {
        if (compiled.isEmpty()) {
            throw new EvaluationException(COMPILATION_ERROR + trouble);
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
