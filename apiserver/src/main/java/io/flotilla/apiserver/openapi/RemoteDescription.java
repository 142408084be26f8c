package io.flotilla.apiserver.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.discovery.RemoteVersion;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What another server describes of a version that it serves in this one's name: its paths, and the definitions that these
 * speak of. A definition of a name that means something else already is renamed.
 */
final class RemoteDescription {
    private static final String REFERENCE = "#/definitions/";

    private final ObjectNode definitions;
    private final Map<String, JsonNode> used = new TreeMap<>();
    private final Map<String, String> names = new HashMap<>();

    private RemoteDescription(ObjectNode definitions) {
        this.definitions = definitions;
    }

    /** Adds the description of one version to a document of OpenAPI v2; paths that it has already stay. */
    static void merge(ObjectNode document, RemoteVersion version) {
        ObjectNode remote = version.description().document();
        if (!(remote.get("paths") instanceof ObjectNode described)) {
            return;
        }
        ObjectNode definitions = document.withObject("/definitions");
        RemoteDescription merge = new RemoteDescription(definitions);
        ObjectNode paths = document.withObject("/paths");
        Map<String, JsonNode> added = new TreeMap<>();
        described.properties().forEach(path -> {
            if (path.getKey().startsWith("/" + version.path() + "/") && !paths.has(path.getKey())) {
                added.put(path.getKey(), path.getValue());
                merge.use(path.getValue(), remote.path("definitions"));
            }
        });
        merge.used.forEach((name, definition) -> merge.names.put(name, merge.nameFor(name, definition)));
        merge.used.forEach((name, definition) -> {
            String free = merge.names.getOrDefault(name, name);
            if (!definitions.has(free)) {
                definitions.set(free, merge.renamed(definition));
            }
        });
        added.forEach((path, item) -> paths.set(path, merge.renamed(item)));
    }

    /** Notes all definitions that something speaks of. */
    private void use(JsonNode node, JsonNode all) {
        String name = referenced(node);
        if (!name.isEmpty() && all.has(name) && used.putIfAbsent(name, all.path(name)) == null) {
            use(all.path(name), all);
        }
        node.forEach(each -> use(each, all));
    }

    private static String referenced(JsonNode node) {
        String reference = node.path("$ref").asText("");
        return reference.startsWith(REFERENCE) ? reference.substring(REFERENCE.length()) : "";
    }

    private String nameFor(String name, JsonNode definition) {
        String free = name;
        for (int i = 2; definitions.has(free) && !isSame(definitions.path(free), definition); i++) {
            free = name + "_v" + i;
        }
        return free;
    }

    /** Servers list the groups whose kind a type is, each those that it knows. */
    private static boolean isSame(JsonNode one, JsonNode other) {
        return withoutKinds(one).equals(withoutKinds(other));
    }

    private static JsonNode withoutKinds(JsonNode definition) {
        return definition instanceof ObjectNode object
                ? object.deepCopy().without("x-kubernetes-group-version-kind")
                : definition;
    }

    private JsonNode renamed(JsonNode node) {
        JsonNode copy = node.deepCopy();
        rename(copy);
        return copy;
    }

    private void rename(JsonNode node) {
        String name = referenced(node);
        if (node instanceof ObjectNode object && names.containsKey(name)) {
            object.put("$ref", REFERENCE + names.get(name));
        }
        node.forEach(this::rename);
    }
}
