package io.flotilla.scheduler.object;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One requirement on labels: a {@code NodeSelectorRequirement} or a {@code LabelSelectorRequirement}.
 *
 * @param bound the number of {@code Gt} and {@code Lt}
 */
public record Requirement(String key, Operator operator, Set<String> values, long bound) {

    /** How a label is compared. INVALID is what the API would not accept; it matches nothing. */
    public enum Operator {
        IN,
        NOT_IN,
        EXISTS,
        DOES_NOT_EXIST,
        GT,
        LT,
        INVALID
    }

    static Requirement in(String key, String value) {
        return new Requirement(key, Operator.IN, Set.of(value), 0);
    }

    static Requirement of(PodDocument.Expression expression) {
        List<String> values = expression.values() == null ? List.of() : expression.values();
        Operator operator = operator(expression.operator());
        long bound = 0;
        if (operator == Operator.GT || operator == Operator.LT) {
            Long number = values.size() == 1 ? number(values.getFirst()) : null;
            if (number == null) {
                operator = Operator.INVALID;
            } else {
                bound = number;
            }
        }
        return new Requirement(expression.key(), operator, Set.copyOf(values), bound);
    }

    static List<Requirement> all(@Nullable List<PodDocument.Expression> expressions) {
        if (expressions == null || expressions.isEmpty()) {
            return List.of();
        }
        List<Requirement> all = new ArrayList<>(expressions.size());
        for (PodDocument.Expression expression : expressions) {
            all.add(of(expression));
        }
        return List.copyOf(all);
    }

    private static Operator operator(String name) {
        return switch (name) {
            case "In" -> Operator.IN;
            case "NotIn" -> Operator.NOT_IN;
            case "Exists" -> Operator.EXISTS;
            case "DoesNotExist" -> Operator.DOES_NOT_EXIST;
            case "Gt" -> Operator.GT;
            case "Lt" -> Operator.LT;
            default -> Operator.INVALID;
        };
    }

    public boolean matches(Map<String, String> labels) {
        return matches(labels.get(key));
    }

    boolean matches(@Nullable String present) {
        return switch (operator) {
            case IN -> present != null && values.contains(present);
            case NOT_IN -> present == null || !values.contains(present);
            case EXISTS -> present != null;
            case DOES_NOT_EXIST -> present == null;
            case GT -> {
                Long number = number(present);
                yield number != null && number > bound;
            }
            case LT -> {
                Long number = number(present);
                yield number != null && number < bound;
            }
            case INVALID -> false;
        };
    }

    private static @Nullable Long number(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
