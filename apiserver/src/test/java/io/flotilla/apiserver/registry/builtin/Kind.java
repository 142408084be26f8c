package io.flotilla.apiserver.registry.builtin;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.Strategy;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;

/** A kind as the registry writes it: text to tree, table defaults, then the kind's own rules. */
final class Kind {
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    static final Schema SCHEMA = Schema.load();
    private static final JsonMapper LENIENT = JsonMapper.builder()
            .configure(JsonParser.Feature.ALLOW_UNQUOTED_FIELD_NAMES, true)
            .configure(JsonParser.Feature.ALLOW_SINGLE_QUOTES, true)
            .build();

    final MemoryStore store = new MemoryStore();
    final BuiltInKinds kinds;
    private final ResourceInfo resource;

    Kind(String group, String version, String plural) {
        this(group, version, plural, "10.96.0.0/24");
    }

    Kind(String group, String version, String plural, String serviceCidr) {
        resource =
                SCHEMA.storageResource(SCHEMA.resource(group, version, plural).orElseThrow());
        kinds = new BuiltInKinds(
                SCHEMA,
                ClusterSettings.of(serviceCidr, "30000-30005", "127.0.0.1", 6443),
                Clock.fixed(NOW, ZoneOffset.UTC),
                new Random(1));
    }

    static ObjectNode parse(String text) {
        try {
            return (ObjectNode) LENIENT.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    ResourceInfo resource() {
        return resource;
    }

    Strategy strategy() {
        return kinds.strategy(resource);
    }

    WriteContext context(String name) {
        return new WriteContext(
                resource,
                resource.namespaced() ? "default" : "",
                name,
                new User("jane", "", List.of("developers"), java.util.Map.of()),
                false,
                NOW,
                store,
                _ -> {});
    }

    /** The object with metadata of a stored one and the table's defaults. */
    ObjectNode defaulted(String text) {
        ObjectNode object = parse(text);
        object.put("apiVersion", resource.storageVersion()).put("kind", resource.kind());
        ObjectNode metadata =
                object.get("metadata") instanceof ObjectNode present ? present : object.putObject("metadata");
        if (!metadata.has("name") && !metadata.has("generateName")) {
            metadata.put("name", "it");
        }
        if (resource.namespaced() && !metadata.has("namespace")) {
            metadata.put("namespace", "default");
        }
        metadata.put("uid", "0a1b");
        metadata.put("creationTimestamp", NOW.toString());
        SCHEMA.pruneAndValidate(resource, object);
        SCHEMA.applyDefaults(resource, object);
        return object;
    }

    /** What creation makes of the object before it is stored. */
    ObjectNode prepared(String text) {
        ObjectNode object = defaulted(text);
        strategy().prepareForCreate(context(""), object);
        return object;
    }

    ObjectNode admitted(String text) {
        ObjectNode object = defaulted(text);
        for (Admission plugin : kinds.admission()) {
            if (plugin.handles(resource.group(), resource.resource())) {
                plugin.admit(context(""), object, null);
            }
        }
        return object;
    }

    /** Findings of creation, each as the message of a 422 tells it. */
    List<String> refusals(String text) {
        return told(strategy().validate(context(""), prepared(text)));
    }

    /** Findings of an update from the first to the second. */
    List<String> updateRefusals(String before, String after) {
        ObjectNode old = stored(before);
        ObjectNode object = defaulted(after);
        ((ObjectNode) object.get("metadata")).put("resourceVersion", "7");
        strategy().prepareForUpdate(context("it"), object, old);
        return told(strategy().validateUpdate(context("it"), object, old));
    }

    /** The object as if it had been created, with a resourceVersion. */
    ObjectNode stored(String text) {
        ObjectNode object = prepared(text);
        ((ObjectNode) object.get("metadata")).put("resourceVersion", "7");
        return object;
    }

    /** Runs creation to the end and keeps the object. */
    ObjectNode created(String text) {
        ObjectNode object = prepared(text);
        strategy().beforeCreate(context(""), object);
        return store.create(resource, object);
    }

    SubresourceHandler handler(String subresource) {
        return kinds.subresource(resource, subresource).orElseThrow();
    }

    static List<String> told(List<FieldError> errors) {
        return errors.stream().map(error -> error.field() + ": " + error.body()).toList();
    }
}
