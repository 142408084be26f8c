package io.flotilla.apiserver.extension.aggregation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** The resources of an APIResourceList as aggregated discovery shows them. */
final class RemoteResources {
    private RemoteResources() {}

    static ArrayNode of(JsonNode list) {
        Map<String, ObjectNode> resources = new LinkedHashMap<>();
        for (JsonNode each : list.path("resources")) {
            String name = each.path("name").asText("");
            if (name.indexOf('/') < 0) {
                ObjectNode resource = resources.computeIfAbsent(name, _ -> resource(name, each));
                describe(resource, each);
                resource.put("singularResource", each.path("singularName").asText(""));
                copyList(resource, each, "shortNames");
                copyList(resource, each, "categories");
            }
        }
        for (JsonNode each : list.path("resources")) {
            String name = each.path("name").asText("");
            int slash = name.indexOf('/');
            if (slash >= 0) {
                String parent = name.substring(0, slash);
                ObjectNode subresource = resources
                        .computeIfAbsent(parent, _ -> resource(parent, each))
                        .withArray("subresources")
                        .addObject()
                        .put("subresource", name.substring(slash + 1));
                describe(subresource, each);
            }
        }
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        resources.values().forEach(all::add);
        return all;
    }

    /** A server may have subresources of what it does not serve itself. */
    private static ObjectNode resource(String name, JsonNode described) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("resource", name)
                .put("scope", described.path("namespaced").asBoolean(false) ? "Namespaced" : "Cluster");
    }

    private static void describe(ObjectNode described, JsonNode from) {
        described
                .putObject("responseKind")
                .put("group", from.path("group").asText(""))
                .put("version", from.path("version").asText(""))
                .put("kind", from.path("kind").asText(""));
        copyList(described, from, "verbs");
    }

    private static void copyList(ObjectNode to, JsonNode from, String name) {
        if (from.path(name) instanceof ArrayNode list && !list.isEmpty()) {
            to.set(name, list.deepCopy());
        }
    }
}
