package io.flotilla.apiserver.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.Decoded;
import io.flotilla.apiserver.codec.MalformedException;
import io.flotilla.apiserver.codec.YamlCodec;
import io.flotilla.apiserver.patch.FieldManager;
import io.flotilla.apiserver.patch.TypedCheck;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.WriteOptions;
import io.flotilla.apiserver.schema.FieldProblem;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.TypeErrorException;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** A configuration sent for server-side apply, read once and applied as often as the object moves under it. */
final class ApplyConfiguration {
    private final FieldManager fields;
    private final BodyReader.Expected expected;
    private final ObjectNode config;
    private final FieldManager.Write write;
    private final boolean force;

    private ApplyConfiguration(
            FieldManager fields,
            BodyReader.Expected expected,
            ObjectNode config,
            FieldManager.Write write,
            boolean force) {
        this.fields = fields;
        this.expected = expected;
        this.config = config;
        this.write = write;
        this.force = force;
    }

    /**
     * Reads a configuration; fails with the Status that Kubernetes gives.
     *
     * @param options with the field manager that the client named, if it did
     */
    static ApplyConfiguration read(
            byte[] body,
            Target target,
            BodyReader.Expected expected,
            Schema schema,
            WriteOptions options,
            boolean force,
            Instant now,
            Consumer<String> warn) {
        if (options.fieldManager().isEmpty()) {
            throw StatusException.invalid(
                    "meta.k8s.io",
                    "PatchOptions",
                    "",
                    List.of(FieldError.required("fieldManager", "is required for apply patch")));
        }
        Decoded decoded;
        try {
            decoded = YamlCodec.decode(body);
        } catch (MalformedException e) {
            throw StatusException.badRequest("error decoding YAML: " + e.getMessage());
        }
        ObjectNode config = decoded.object();
        check(config, target, expected, schema);
        duplicates(decoded.duplicates(), options.fieldValidation(), warn);
        FieldManager.Write write = new FieldManager.Write(
                options.fieldManager(),
                target.subresource(),
                schema.subresources(target.resource()).containsKey("status"),
                now);
        return new ApplyConfiguration(new FieldManager(schema), expected, config, write, force);
    }

    private static void check(ObjectNode config, Target target, BodyReader.Expected expected, Schema schema) {
        String apiVersion = config.path("apiVersion").asText("");
        if (apiVersion.isEmpty() || config.path("kind").asText("").isEmpty()) {
            throw StatusException.badRequest("apiVersion and kind are required in an apply configuration");
        }
        if (!apiVersion.equals(expected.apiVersion())) {
            throw StatusException.badRequest("Incorrect version specified in apply patch. Specified patch version: "
                    + apiVersion + ", expected: " + expected.apiVersion());
        }
        checkTarget(config.path("metadata"), target);
        if (!config.path("metadata").path("managedFields").isEmpty()) {
            throw StatusException.badRequest("metadata.managedFields must be nil");
        }
        TypedCheck.problem(expected.type(), config).ifPresent(problem -> {
            throw StatusException.plain(500, untyped(config, expected, problem));
        });
        try {
            schema.pruneAndValidate(expected.type(), config.deepCopy());
        } catch (TypeErrorException e) {
            throw StatusException.badRequest(untyped(config, expected, String.valueOf(e.getMessage())));
        }
    }

    private static String untyped(ObjectNode config, BodyReader.Expected expected, String problem) {
        JsonNode metadata = config.path("metadata");
        String group = expected.apiVersion().contains("/") ? "" : "/";
        return "failed to create typed patch object ("
                + metadata.path("namespace").asText("") + "/"
                + metadata.path("name").asText("") + "; " + group + expected.apiVersion() + ", Kind="
                + expected.kind() + "): " + problem;
    }

    private static void checkTarget(JsonNode metadata, Target target) {
        String name = metadata.path("name").asText("");
        if (!name.isEmpty() && !name.equals(target.name())) {
            throw StatusException.badRequest(
                    "the name of the object (" + name + ") does not match the name on the URL (" + target.name() + ")");
        }
        String namespace = metadata.path("namespace").asText("");
        if (!namespace.isEmpty() && !namespace.equals(target.namespace())) {
            throw StatusException.badRequest("the namespace of the object (" + namespace
                    + ") does not match the namespace on the request (" + target.namespace() + ")");
        }
    }

    private static void duplicates(
            List<FieldProblem> duplicates, WriteOptions.FieldValidation validation, Consumer<String> warn) {
        if (duplicates.isEmpty()) {
            return;
        }
        switch (validation) {
            case IGNORE -> {}
            case WARN -> duplicates.forEach(each -> warn.accept(each.message()));
            case STRICT ->
                throw StatusException.badRequest(
                        "strict decoding error: " + duplicates.getFirst().message());
        }
    }

    /** Returns the object as the configuration leaves it, before defaulting; fails with Conflict. */
    ObjectNode applyTo(ObjectNode live) {
        return fields.apply(expected.type(), write, live, config, force);
    }

    /** Returns a new object of the configuration; fails with Conflict if the configuration means a certain one. */
    ObjectNode create(ResourceInfo resource, String namespace, String name) {
        String uid = config.path("metadata").path("uid").asText("");
        if (!uid.isEmpty()) {
            throw StatusException.conflict(
                    resource,
                    name,
                    "uid mismatch: the provided object specified uid " + uid + ", and no existing object was found");
        }
        ObjectNode start = JsonNodeFactory.instance.objectNode();
        start.put("kind", expected.kind()).put("apiVersion", expected.apiVersion());
        ObjectNode metadata = start.putObject("metadata").put("name", name);
        if (resource.namespaced()) {
            metadata.put("namespace", namespace);
        }
        return applyTo(start);
    }
}
