package io.flotilla.apiserver.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A default that the table tells in full: a value for a path, under conditions on paths of the same object.
 *
 * @param path from the object that the rule belongs to
 * @param value set as a copy
 * @param conditions all must hold
 */
record DefaultRule(List<String> path, JsonNode value, List<Condition> conditions) {

    /** The tests that conditions make. */
    enum Test {
        UNSET,
        ZERO,
        SET,
        NOT_ZERO,
        ONE_OF
    }

    record Condition(Test test, List<String> path, List<String> values) {
        boolean holds(ObjectNode object) {
            JsonNode value = find(object, path);
            boolean unset = value == null || value.isNull();
            return switch (test) {
                case UNSET -> unset;
                case ZERO -> isZero(value);
                case SET -> !unset;
                case NOT_ZERO -> !isZero(value);
                case ONE_OF -> value != null && values.contains(value.asText());
            };
        }
    }

    void apply(ObjectNode object) {
        for (Condition condition : conditions) {
            if (!condition.holds(object)) {
                return;
            }
        }
        ObjectNode parent = object;
        for (String segment : path.subList(0, path.size() - 1)) {
            JsonNode next = parent.get(segment);
            parent = next instanceof ObjectNode node ? node : parent.putObject(segment);
        }
        parent.set(path.getLast(), value.deepCopy());
    }

    static @Nullable JsonNode find(ObjectNode object, List<String> path) {
        JsonNode value = object;
        for (String segment : path) {
            value = value.get(segment);
            if (value == null) {
                return null;
            }
        }
        return value;
    }

    static boolean isZero(@Nullable JsonNode value) {
        if (value == null) {
            return true;
        }
        return switch (value.getNodeType()) {
            case MISSING, NULL -> true;
            case STRING -> value.textValue().isEmpty();
            case NUMBER -> value.doubleValue() == 0;
            case BOOLEAN -> !value.booleanValue();
            case ARRAY, OBJECT -> value.isEmpty();
            case BINARY, POJO -> false;
        };
    }
}
