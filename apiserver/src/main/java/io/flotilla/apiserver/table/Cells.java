package io.flotilla.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The cells of one kind, in the order of its columns: texts, numbers or booleans. */
interface Cells {
    String NONE = "<none>";
    String UNSET = "<unset>";

    List<Object> of(JsonNode object, Ages ages);

    static String name(JsonNode object) {
        return object.path("metadata").path("name").asText("");
    }

    static String text(JsonNode object, String field) {
        return object.path(field).asText("");
    }

    static String text(JsonNode object, String field, String absent) {
        JsonNode value = object.get(field);
        String text = value == null || value.isNull() ? "" : value.asText("");
        return text.isEmpty() ? absent : text;
    }

    static long number(JsonNode object, String field) {
        return object.path(field).asLong();
    }

    /** Texts of a list, or of a field of its elements if one is named. */
    static List<String> texts(JsonNode list, String field) {
        List<String> texts = new ArrayList<>();
        list.forEach(each ->
                texts.add(field.isEmpty() ? each.asText("") : each.path(field).asText("")));
        return texts;
    }

    static String joined(JsonNode list, String field) {
        return String.join(",", texts(list, field));
    }

    static String capitalized(boolean value) {
        return value ? "True" : "False";
    }

    static boolean deleting(JsonNode object) {
        return !object.path("metadata").path("deletionTimestamp").asText("").isEmpty();
    }

    /** {@code a=b,c=d}, sorted. */
    static String labels(JsonNode labels) {
        if (labels.isEmpty()) {
            return NONE;
        }
        Map<String, String> sorted = new TreeMap<>();
        labels.properties()
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue().asText()));
        List<String> pairs = new ArrayList<>();
        sorted.forEach((key, value) -> pairs.add(key + "=" + value));
        return String.join(",", pairs);
    }

    /** A LabelSelector as one writes it for kubectl. */
    static String selector(JsonNode selector) {
        Map<String, String> requirements = new TreeMap<>();
        selector.path("matchLabels")
                .properties()
                .forEach(entry -> requirements.put(
                        entry.getKey(), entry.getKey() + "=" + entry.getValue().asText()));
        for (JsonNode expression : selector.path("matchExpressions")) {
            String key = text(expression, "key");
            String values = "("
                    + String.join(
                            ",",
                            texts(expression.path("values"), "").stream()
                                    .sorted()
                                    .toList()) + ")";
            requirements.put(
                    key,
                    switch (text(expression, "operator")) {
                        case "In" -> key + " in " + values;
                        case "NotIn" -> key + " notin " + values;
                        case "DoesNotExist" -> "!" + key;
                        default -> key;
                    });
        }
        return requirements.isEmpty() ? NONE : String.join(",", requirements.values());
    }

    /** The first three of many. */
    static String some(List<String> all, String none) {
        if (all.isEmpty()) {
            return none;
        }
        return all.size() <= 3
                ? String.join(",", all)
                : String.join(",", all.subList(0, 3)) + " + " + (all.size() - 3) + " more...";
    }

    /** Whether a condition of this type is True. */
    static boolean isTrue(JsonNode object, String type) {
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (text(condition, "type").equals(type)) {
                return text(condition, "status").equals("True");
            }
        }
        return false;
    }
}
