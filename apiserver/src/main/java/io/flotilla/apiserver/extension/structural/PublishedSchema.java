package io.flotilla.apiserver.extension.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;

/** The schema of a kind as OpenAPI shows it. */
final class PublishedSchema {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String METADATA = "meta/v1.ObjectMeta";

    private PublishedSchema() {}

    static ObjectNode of(Structural schema, boolean v2, Function<String, ObjectNode> reference) {
        if (v2 && schema.preservesUnknown()) {
            // With any property given, clients of the older dialect would refuse all others.
            return NODES.objectNode().put("type", "object");
        }
        ObjectNode published = schema.source().deepCopy();
        if (v2) {
            simplify(published);
        }
        published.put("type", "object");
        addTypeMeta(published, reference);
        if (!v2) {
            embedded(published, reference);
        }
        return published;
    }

    private static void addTypeMeta(ObjectNode published, Function<String, ObjectNode> reference) {
        ObjectNode properties =
                published.get("properties") instanceof ObjectNode present ? present : published.putObject("properties");
        properties.set("apiVersion", text("The version of the schema of this object, as group/version."));
        properties.set("kind", text("The type of object that this is, in CamelCase."));
        properties.set("metadata", reference.apply(METADATA).put("description", "Standard metadata of the object."));
    }

    private static ObjectNode text(String description) {
        return NODES.objectNode().put("description", description).put("type", "string");
    }

    private static void embedded(ObjectNode schema, Function<String, ObjectNode> reference) {
        schemasBelow(schema, below -> {
            if (below.path("x-kubernetes-embedded-resource").asBoolean(false)) {
                addTypeMeta(below, reference);
            }
            embedded(below, reference);
        });
    }

    private interface Visit {
        void visit(ObjectNode schema);
    }

    private static void schemasBelow(ObjectNode schema, Visit visit) {
        for (JsonNode property : schema.path("properties")) {
            if (property instanceof ObjectNode object && !object.has("$ref")) {
                visit.visit(object);
            }
        }
        for (String name : List.of("items", "additionalProperties")) {
            if (schema.get(name) instanceof ObjectNode object) {
                visit.visit(object);
            }
        }
    }

    /** The older dialect knows neither alternatives nor null; clients would refuse what they cannot read. */
    private static void simplify(ObjectNode schema) {
        schema.remove(List.of("anyOf", "oneOf", "not", "allOf"));
        if (schema.path("x-kubernetes-int-or-string").asBoolean(false)) {
            schema.remove("type");
        }
        boolean nullable = schema.path("nullable").asBoolean(false);
        schema.remove("nullable");
        if (nullable) {
            schema.remove(List.of("type", "items", "properties", "additionalProperties"));
        }
        if (schema.path("x-kubernetes-preserve-unknown-fields").asBoolean(false)) {
            schema.remove(List.of("items", "properties"));
            if (schema.path("type").asText("").equals("object")) {
                schema.remove("additionalProperties");
            }
        }
        schemasBelow(schema, PublishedSchema::simplify);
    }

    /** Schema of lists. */
    static ObjectNode ofList(String kind, ObjectNode item, Function<String, ObjectNode> reference) {
        ObjectNode list = NODES.objectNode().put("description", kind + "List is a list of " + kind);
        list.put("type", "object").putArray("required").add("items");
        ObjectNode properties = list.putObject("properties");
        properties.set("apiVersion", text("The version of the schema of this object, as group/version."));
        ObjectNode items = properties
                .putObject("items")
                .put("description", "List of " + kind)
                .put("type", "array");
        items.set("items", item);
        properties.set("kind", text("The type of object that this is, in CamelCase."));
        properties.set(
                "metadata", reference.apply("meta/v1.ListMeta").put("description", "Standard metadata of the list."));
        return list;
    }
}
