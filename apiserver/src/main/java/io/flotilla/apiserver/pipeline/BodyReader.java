package io.flotilla.apiserver.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.Decoded;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.MalformedException;
import io.flotilla.apiserver.codec.ProtobufCodec;
import io.flotilla.apiserver.codec.YamlCodec;
import io.flotilla.apiserver.request.DeleteOptions;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.WriteOptions.FieldValidation;
import io.flotilla.apiserver.schema.FieldProblem;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.TypeErrorException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Makes of a request's body an object of the kind that is expected: pruned, canonical, defaulted. */
public final class BodyReader {
    private static final int SUMMARY_BYTES = 30;

    private final Schema schema;
    private final ProtobufCodec protobuf;

    public BodyReader(Schema schema) {
        this.schema = schema;
        this.protobuf = new ProtobufCodec(schema);
    }

    /**
     * What is expected.
     *
     * @param apiVersion of the kind
     * @param others versions that are read as if they were this one
     */
    record Expected(String apiVersion, Set<String> others, String kind, StructType type) {
        Expected(String apiVersion, String kind, StructType type) {
            this(apiVersion, Set.of(), kind, type);
        }

        String version() {
            return apiVersion.substring(apiVersion.indexOf('/') + 1);
        }

        /** Where Kubernetes keeps the kind in a form of no version. */
        String goPackage() {
            int slash = apiVersion.indexOf('/');
            String group = slash < 0 ? "core" : apiVersion.substring(0, slash);
            return group.equals("events.k8s.io") ? "core" : group.split("\\.", 2)[0];
        }
    }

    /** Reads a body; fails with BadRequest. */
    ObjectNode read(Body body, Expected expected, FieldValidation validation, Consumer<String> warn) {
        Decoded decoded;
        try {
            decoded = decode(body, expected.apiVersion(), expected.others(), expected.kind());
        } catch (MalformedException e) {
            throw unrecognized(body.bytes(), expected, String.valueOf(e.getMessage()));
        }
        return check(
                decoded.object(), decoded.duplicates(), expected, validation, warn, why -> mishandled(expected, why));
    }

    private Decoded decode(Body body, String apiVersion, Set<String> others, String kind) {
        return switch (body.encoding()) {
            case JSON -> JsonCodec.decode(body.bytes());
            case YAML -> YamlCodec.decode(body.bytes());
            case PROTOBUF -> new Decoded(protobuf.decode(body.bytes(), apiVersion, others, kind), List.of());
        };
    }

    /** Checks a tree that a patch left; fails with Invalid where it does not fit the kind. */
    ObjectNode checkPatched(
            ObjectNode object,
            Supplier<String> described,
            Expected expected,
            FieldValidation validation,
            Consumer<String> warn) {
        return check(
                object,
                List.of(),
                expected,
                validation,
                warn,
                why -> StatusException.invalid("", "", "", List.of(FieldError.invalid("patch", described.get(), why))));
    }

    /** Checks a tree made of a configuration that was checked before. */
    ObjectNode checkApplied(ObjectNode object, Expected expected, FieldValidation validation, Consumer<String> warn) {
        return check(object, List.of(), expected, validation, warn, why -> mishandled(expected, why));
    }

    private ObjectNode check(
            ObjectNode object,
            List<FieldProblem> known,
            Expected expected,
            FieldValidation validation,
            Consumer<String> warn,
            Function<String, StatusException> refusal) {
        String kind = object.path("kind").asText("");
        String apiVersion = object.path("apiVersion").asText("");
        if (kind.isEmpty()) {
            object.put("kind", expected.kind());
        }
        if (apiVersion.isEmpty() || expected.others().contains(apiVersion)) {
            object.put("apiVersion", expected.apiVersion());
        } else if (!apiVersion.equals(expected.apiVersion())) {
            throw StatusException.badRequest("the API version in the data (" + apiVersion
                    + ") does not match the expected API version (" + expected.apiVersion() + ")");
        }
        if (!kind.isEmpty() && !kind.equals(expected.kind())) {
            throw StatusException.badRequest(kind + " in version \"" + expected.version()
                    + "\" cannot be handled as a " + expected.kind() + ": converting (" + expected.version() + "."
                    + kind + ") to (" + expected.goPackage() + "." + expected.kind() + "): unknown conversion");
        }
        List<FieldProblem> problems = new ArrayList<>(known);
        try {
            problems.addAll(schema.pruneAndValidate(expected.type(), object));
        } catch (TypeErrorException e) {
            throw refusal.apply(String.valueOf(e.getMessage()));
        }
        tell(problems, validation, warn, refusal);
        schema.applyDefaults(expected.type(), object);
        return object;
    }

    private static void tell(
            List<FieldProblem> problems,
            FieldValidation validation,
            Consumer<String> warn,
            Function<String, StatusException> refusal) {
        if (problems.isEmpty()) {
            return;
        }
        switch (validation) {
            case IGNORE -> {}
            case WARN -> problems.forEach(problem -> warn.accept(problem.message()));
            case STRICT ->
                throw refusal.apply("strict decoding error: "
                        + problems.stream().map(FieldProblem::message).collect(Collectors.joining(", ")));
        }
    }

    private static StatusException mishandled(Expected expected, String why) {
        return StatusException.badRequest(expected.kind() + " in version \"" + expected.version()
                + "\" cannot be handled as a " + expected.kind() + ": " + why);
    }

    private static StatusException unrecognized(byte[] body, Expected expected, String why) {
        int length = Math.min(SUMMARY_BYTES, body.length);
        String start = body.length > 0 && body[0] == '{'
                ? new String(body, 0, length, StandardCharsets.UTF_8)
                : HexFormat.of().formatHex(body, 0, length);
        String summary = body.length == 0 ? "<empty>" : start + (body.length > SUMMARY_BYTES ? " ..." : "");
        String prefix =
                why.startsWith("couldn't get version/kind") ? "" : "couldn't get version/kind; json parse error: ";
        return StatusException.badRequest("the object provided is unrecognized (must be of type " + expected.kind()
                + "): " + prefix + why + " (" + summary + ")");
    }

    /** Reads the options of a deletion: any group version may name them. Fails with BadRequest. */
    public DeleteOptions readDeleteOptions(Body body) {
        if (body.isEmpty()) {
            return DeleteOptions.NONE;
        }
        try {
            ObjectNode options =
                    decode(body, "meta.k8s.io/v1", Set.of(), "DeleteOptions").object();
            String kind = options.path("kind").asText("DeleteOptions");
            if (!kind.equals("DeleteOptions")) {
                throw StatusException.badRequest("decoded object cannot be converted to DeleteOptions");
            }
            schema.kind("v1", "DeleteOptions").ifPresent(type -> schema.pruneAndValidate(type, options));
            return DeleteOptions.of(options);
        } catch (MalformedException e) {
            throw StatusException.badRequest("couldn't get version/kind; json parse error: " + e.getMessage());
        } catch (TypeErrorException e) {
            throw StatusException.badRequest(
                    "DeleteOptions in version \"v1\" cannot be handled as a DeleteOptions: " + e.getMessage());
        }
    }
}
