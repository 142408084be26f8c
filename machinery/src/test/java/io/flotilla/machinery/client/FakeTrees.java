package io.flotilla.machinery.client;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.machinery.scheme.ObjectKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What {@link FakeCluster} does with one object: its key, merge patches, selectors. */
final class FakeTrees {
    private FakeTrees() {}

    static ObjectNode metadata(ObjectNode tree) {
        return tree.withObjectProperty("metadata");
    }

    static ObjectKey key(JsonNode tree) {
        JsonNode metadata = tree.path("metadata");
        return new ObjectKey(
                metadata.path("namespace").asText(""), metadata.path("name").asText(""));
    }

    static String suffix() {
        return UUID.randomUUID().toString().substring(0, 5);
    }

    static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    static void merge(ObjectNode target, ObjectNode change) {
        change.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isNull()) {
                target.remove(field.getKey());
            } else if (value instanceof ObjectNode object) {
                JsonNode present = target.get(field.getKey());
                ObjectNode into = present instanceof ObjectNode found ? found : target.putObject(field.getKey());
                merge(into, object);
            } else if (field.getKey().equals("conditions") && target.get("conditions") instanceof ArrayNode present) {
                value.forEach(condition -> mergeCondition(present, (ObjectNode) condition));
            } else {
                target.set(field.getKey(), value.deepCopy());
            }
        });
    }

    /** Conditions are a list with merge key {@code type}. */
    private static void mergeCondition(ArrayNode present, ObjectNode change) {
        for (JsonNode candidate : present) {
            if (candidate.path("type").equals(change.path("type"))) {
                merge((ObjectNode) candidate, change);
                return;
            }
        }
        merge(present.addObject(), change);
    }

    static boolean selects(ListOptions options, JsonNode tree) {
        ObjectKey key = key(tree);
        if (!options.namespace().isEmpty() && !options.namespace().equals(key.namespace())) {
            return false;
        }
        Map<String, String> labels = tree.path("metadata").has("labels")
                ? ObjectJson.mapper().convertValue(tree.path("metadata").path("labels"), new TypeReference<>() {})
                : Map.of();
        for (String term : terms(options.labelSelector())) {
            if (term.startsWith("!")) {
                if (labels.containsKey(term.substring(1))) {
                    return false;
                }
                continue;
            }
            String[] pair = term.split("=", 2);
            if (!pair[1].equals(labels.get(pair[0]))) {
                return false;
            }
        }
        for (String term : terms(options.fieldSelector())) {
            boolean not = term.contains("!=");
            String[] pair = term.split(not ? "!=" : "=", 2);
            JsonNode value = tree.at("/" + pair[0].replace('.', '/'));
            if (value.asText("").equals(pair[1]) == not) {
                return false;
            }
        }
        return true;
    }

    private static List<String> terms(String selector) {
        return selector.isEmpty() ? List.of() : List.of(selector.split(","));
    }
}
