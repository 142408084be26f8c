package io.flotilla.apiserver.extension.conversion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Metadata;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.webhook.ReviewReply;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a webhook made of one object: it must be the same object still. Of its metadata only labels and annotations are
 * taken over; all else stays what it was.
 *
 * @param webhook as errors call it
 * @param index of the object among those that were to be converted
 * @param alone whether there were no others
 */
record ConvertedObject(String webhook, int index, boolean alone) {

    /** Returns the converted object, or fails in Kubernetes' words. */
    ObjectNode accept(ObjectNode original, JsonNode answer, String apiVersion) {
        String invalid =
                alone ? " returned invalid object: " : " returned invalid converted object at index " + index + ": ";
        String invalidType =
                " returned invalid " + (alone ? "" : "converted ") + "object at index " + index + ": invalid ";
        if (!(answer instanceof ObjectNode converted) || !converted.path("kind").isTextual()) {
            throw StatusException.plain(
                    500, (alone ? "" : webhook + invalid) + "Object 'Kind' is missing in '" + answer + "'");
        }
        expect(invalidType + "groupVersion", apiVersion, converted.path("apiVersion"));
        expect(invalidType + "kind", original.path("kind").asText(), converted.path("kind"));
        for (String field : List.of("name", "namespace", "uid")) {
            String before = original.path("metadata").path(field).asText("");
            String after = converted.path("metadata").path(field).asText("");
            if (!before.equals(after)) {
                String what = field.equals("uid") ? "UID" : field;
                throw failure(invalid + "must have the same " + what + ": " + before + " != " + after);
            }
        }
        ObjectNode result = converted.deepCopy();
        trouble(original, converted).ifPresent(why -> {
            throw failure(" returned invalid metadata" + (alone ? "" : " in object at index " + index) + ": " + why);
        });
        ObjectNode metadata =
                original.path("metadata") instanceof ObjectNode kept ? kept.deepCopy() : converted.objectNode();
        for (String field : List.of("labels", "annotations")) {
            JsonNode given = converted.path("metadata").path(field);
            if (given.isObject()) {
                metadata.set(field, given);
            } else {
                metadata.remove(field);
            }
        }
        result.set("metadata", metadata);
        return result;
    }

    private void expect(String what, String expected, JsonNode received) {
        if (!received.asText("").equals(expected)) {
            throw failure(what + " (expected " + expected + ", received " + received.asText("") + ")");
        }
    }

    private StatusException failure(String how) {
        return StatusException.plain(500, webhook + how);
    }

    private static Optional<String> trouble(ObjectNode original, ObjectNode converted) {
        JsonNode metadata = converted.get("metadata");
        if (metadata == null) {
            return Optional.of("missing metadata in converted object");
        }
        if (!metadata.isObject()) {
            return Optional.of("invalid metadata of type " + ReviewReply.goType(metadata) + " in converted object");
        }
        for (String field : List.of("labels", "annotations")) {
            JsonNode given = metadata.path(field);
            if (given.isMissingNode() || given.isNull()) {
                continue;
            }
            if (!given.isObject()) {
                return Optional.of(
                        "invalid metadata." + field + " of type " + ReviewReply.goType(given) + " in converted object");
            }
            for (Map.Entry<String, JsonNode> each : given.properties()) {
                if (!each.getValue().isTextual()) {
                    return Optional.of("metadata." + field + "[" + each.getKey() + "] must be a string, but is "
                            + ReviewReply.goType(each.getValue()) + " in converted object");
                }
            }
            if (!given.equals(original.path("metadata").path(field))) {
                Optional<String> wrong = wrong(field, given);
                if (wrong.isPresent()) {
                    return wrong;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> wrong(String field, JsonNode given) {
        Findings findings = new Findings();
        if (field.equals("labels")) {
            Metadata.labels(Field.of(given).as("metadata.labels"), findings);
        } else {
            Metadata.annotations(Field.of(given).as("metadata.annotation"), findings);
        }
        List<String> told = findings.list().stream()
                .map((FieldError error) -> error.field() + ": " + error.body())
                .distinct()
                .toList();
        return switch (told.size()) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(told.getFirst());
            default -> Optional.of("[" + String.join(", ", told) + "]");
        };
    }
}
