package io.flotilla.apiserver.registry.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the rules do to trees beside reading them. */
public final class Trees {
    private Trees() {}

    /** Semantic equality, quick for the very same tree: what is absent, null, or an empty text, list or map is the same. */
    @SuppressWarnings("ReferenceEquality") // a short cut only
    public static boolean same(@Nullable JsonNode a, @Nullable JsonNode b) {
        if (a == b) {
            return true;
        }
        boolean nothingA = isNothing(a);
        boolean nothingB = isNothing(b);
        if (a == null || b == null || nothingA || nothingB) {
            return nothingA && nothingB;
        }
        if (a.isObject() && b.isObject()) {
            for (Map.Entry<String, JsonNode> entry : a.properties()) {
                if (!same(entry.getValue(), b.get(entry.getKey()))) {
                    return false;
                }
            }
            for (Map.Entry<String, JsonNode> entry : b.properties()) {
                if (!a.has(entry.getKey()) && !isNothing(entry.getValue())) {
                    return false;
                }
            }
            return true;
        }
        if (a.isArray() && b.isArray()) {
            if (a.size() != b.size()) {
                return false;
            }
            for (int i = 0; i < a.size(); i++) {
                if (!same(a.get(i), b.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (a.isIntegralNumber() && b.isIntegralNumber()) {
            return a.longValue() == b.longValue();
        }
        return a.equals(b);
    }

    private static boolean isNothing(@Nullable JsonNode node) {
        return node == null
                || node.isNull()
                || node.isMissingNode()
                || (node.isContainerNode() && node.isEmpty())
                || (node.isTextual() && node.textValue().isEmpty());
    }

    /** Returns the object's child object, made where it is missing. */
    public static ObjectNode child(ObjectNode object, String name) {
        return object.get(name) instanceof ObjectNode child ? child : object.putObject(name);
    }

    /** Makes the field of one object what it is in the other: present, absent or equal. The trees share the value. */
    public static void restore(ObjectNode object, ObjectNode from, String name) {
        JsonNode value = from.get(name);
        if (value == null) {
            object.remove(name);
        } else {
            object.set(name, value.deepCopy());
        }
    }

    /** Sets the text unless one is there. */
    public static void putDefault(ObjectNode object, String name, String value) {
        if (object.path(name).asText().isEmpty()) {
            object.put(name, value);
        }
    }

    /** Returns the text at the path, empty where there is none. */
    public static String text(JsonNode object, String... path) {
        JsonNode node = object;
        for (String step : path) {
            node = node.path(step);
        }
        return node.isTextual() ? node.textValue() : "";
    }
}
