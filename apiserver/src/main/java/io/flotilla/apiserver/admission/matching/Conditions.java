package io.flotilla.apiserver.admission.matching;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.extension.cel.EvaluationException;
import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Match conditions: who has them is asked where all hold. */
public final class Conditions {
    /** What the conditions of webhooks speak of, and all other expressions of admission, too. */
    public static final Set<String> VARIABLES =
            Set.of("object", "oldObject", "request", "authorizer", "authorizer.requestResource");

    private final List<Condition> conditions = new ArrayList<>(0);

    private Conditions() {}

    /** A condition that could not be read fails whenever it is evaluated. */
    private record Condition(String text, Optional<ObjectExpression> expression, String trouble) {}

    /** Reads conditions that speak of these variables. */
    public static Conditions of(JsonNode conditions, Set<String> variables) {
        Conditions read = new Conditions();
        for (JsonNode each : conditions) {
            String text = each.path("expression").asText();
            try {
                read.conditions.add(new Condition(text, Optional.of(ObjectExpression.ofBoolean(text, variables)), ""));
            } catch (IllegalArgumentException e) {
                read.conditions.add(new Condition(text, Optional.empty(), "compilation error: " + e.getMessage()));
            }
        }
        return read;
    }

    public boolean isEmpty() {
        return conditions.isEmpty();
    }

    /**
     * Whether all hold; one that does not decides, whatever becomes of the others.
     *
     * @throws EvaluationException one cannot be evaluated
     */
    public boolean hold(Map<String, Object> variables) throws EvaluationException {
        Budget budget = new Budget(Budget.OF_CONDITIONS);
        List<String> troubles = new ArrayList<>(0);
        for (Condition each : conditions) {
            try {
                if (each.expression().isEmpty()) {
                    troubles.add(each.trouble());
                } else if (!each.expression().get().isTrue(variables, budget)) {
                    return false;
                }
            } catch (EvaluationException e) {
                if (budget.isOverdrawn()) {
                    throw e;
                }
                troubles.add("expression '" + each.text().strip() + "' resulted in error: " + e.getMessage());
            }
        }
        if (!troubles.isEmpty()) {
            throw new EvaluationException(
                    troubles.size() == 1 ? troubles.getFirst() : "[" + String.join(", ", troubles) + "]");
        }
        return true;
    }
}
