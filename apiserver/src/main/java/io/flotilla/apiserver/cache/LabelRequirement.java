package io.flotilla.apiserver.cache;

import java.util.Optional;
import java.util.Set;

/**
 * One part of a label selector.
 *
 * @param values of the operators that take any; a number for the two that compare
 */
public record LabelRequirement(String key, Operator operator, Set<String> values) {
    /** The operators of label selectors. */
    public enum Operator {
        IN,
        NOT_IN,
        EXISTS,
        DOES_NOT_EXIST,
        GREATER_THAN,
        LESS_THAN
    }

    public LabelRequirement {
        values = Set.copyOf(values);
    }

    boolean matches(CachedObject object) {
        Optional<String> value = object.label(key);
        return switch (operator) {
            case IN -> value.isPresent() && values.contains(value.get());
            case NOT_IN -> value.isEmpty() || !values.contains(value.get());
            case EXISTS -> value.isPresent();
            case DOES_NOT_EXIST -> value.isEmpty();
            case GREATER_THAN -> value.isPresent() && compare(value.get()) > 0;
            case LESS_THAN -> value.isPresent() && compare(value.get()) < 0;
        };
    }

    /** Compares as integers; what is none is equal to everything, so that neither operator selects it. */
    private int compare(String value) {
        try {
            return Long.compare(
                    Long.parseLong(value), Long.parseLong(values.iterator().next()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
