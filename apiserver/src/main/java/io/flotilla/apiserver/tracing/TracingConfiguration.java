package io.flotilla.apiserver.tracing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.Decoded;
import io.flotilla.apiserver.codec.MalformedException;
import io.flotilla.apiserver.codec.YamlCodec;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.Quoting;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The kind TracingConfiguration of the group apiserver.config.k8s.io.
 *
 * @param endpoint of the collector, as gRPC names it
 * @param samplingRatePerMillion how many of a million requests are recorded whose senders ask for nothing
 */
public record TracingConfiguration(String endpoint, int samplingRatePerMillion) {
    private static final String DEFAULT_ENDPOINT = "localhost:4317";
    private static final int MILLION = 1_000_000;
    private static final String KIND = "TracingConfiguration";
    private static final String GROUP = "apiserver.config.k8s.io/";
    private static final Set<String> VERSIONS = Set.of(GROUP + "v1", GROUP + "v1beta1", GROUP + "v1alpha1");
    private static final Set<String> FIELDS = Set.of("apiVersion", "kind", "endpoint", "samplingRatePerMillion");

    /** Reads a file; fails with one sentence that says what is wrong with it. */
    public static TracingConfiguration read(Path file) {
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("tracing-config-file " + file + " does not exist");
        }
        byte[] yaml;
        try {
            yaml = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "failed to read tracing config: unable to read tracing configuration from "
                            + Quoting.quote(file.toString()) + ": " + e.getMessage(),
                    e);
        }
        return parse(yaml);
    }

    static TracingConfiguration parse(byte[] yaml) {
        ObjectNode object = decode(yaml);
        String endpoint = DEFAULT_ENDPOINT;
        JsonNode given = object.path("endpoint");
        if (given.isTextual()) {
            endpoint = given.textValue();
        } else if (!isUnset(given)) {
            throw undecodable("json: cannot unmarshal " + kindOf(given) + " into Go struct field"
                    + " TracingConfiguration.endpoint of type string");
        }
        int rate = 0;
        JsonNode sampling = object.path("samplingRatePerMillion");
        if (sampling.isIntegralNumber() && sampling.canConvertToInt()) {
            rate = sampling.intValue();
        } else if (!isUnset(sampling)) {
            throw undecodable("json: cannot unmarshal "
                    + (sampling.isNumber() ? "number " + sampling.asText() : kindOf(sampling))
                    + " into Go struct field TracingConfiguration.samplingRatePerMillion of type int32");
        }
        List<FieldError> errors = validate(endpoint, rate);
        if (!errors.isEmpty()) {
            String all = errors.stream()
                    .map(error -> error.field() + ": " + error.body())
                    .collect(Collectors.joining(", "));
            throw new IllegalArgumentException(
                    "failed to validate tracing configuration: " + (errors.size() == 1 ? all : "[" + all + "]"));
        }
        return new TracingConfiguration(endpoint, rate);
    }

    private static ObjectNode decode(byte[] yaml) {
        Decoded decoded;
        try {
            decoded = YamlCodec.decode(yaml);
        } catch (MalformedException e) {
            throw undecodable(String.valueOf(e.getMessage()));
        }
        ObjectNode object = decoded.object();
        String kind = object.path("kind").asText();
        String version = object.path("apiVersion").asText();
        if (kind.isEmpty()) {
            throw undecodable("Object 'Kind' is missing");
        }
        if (!kind.equals(KIND) || !VERSIONS.contains(version)) {
            throw undecodable(
                    "no kind " + Quoting.quote(kind) + " is registered for version " + Quoting.quote(version));
        }
        if (!decoded.duplicates().isEmpty()) {
            throw undecodable(
                    "strict decoding error: " + decoded.duplicates().getFirst().message());
        }
        Set<String> unknown = new TreeSet<>();
        object.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(FIELDS);
        if (!unknown.isEmpty()) {
            throw undecodable("strict decoding error: "
                    + unknown.stream()
                            .map(field -> "unknown field " + Quoting.quote(field))
                            .collect(Collectors.joining(", ")));
        }
        return object;
    }

    private static List<FieldError> validate(String endpoint, int rate) {
        List<FieldError> errors = new ArrayList<>(0);
        if (rate < 0) {
            errors.add(FieldError.invalid("samplingRatePerMillion", rate, "sampling rate must be positive"));
        }
        if (rate > MILLION) {
            errors.add(FieldError.invalid(
                    "samplingRatePerMillion",
                    rate,
                    "sampling rate per million must be less than or equal to one million"));
        }
        String target = endpoint.contains("//") ? endpoint : "dns://" + endpoint;
        try {
            String scheme = String.valueOf(new URI(target).getScheme());
            if (!Set.of("dns", "unix", "unix-abstract").contains(scheme)) {
                errors.add(FieldError.invalid(
                        "endpoint",
                        target,
                        "unsupported scheme: " + scheme + ".  Options are none, dns, unix, or unix-abstract.  See"
                                + " https://github.com/grpc/grpc/blob/master/doc/naming.md"));
            }
        } catch (URISyntaxException e) {
            errors.add(FieldError.invalid("endpoint", target, String.valueOf(e.getMessage())));
        }
        return errors;
    }

    private static boolean isUnset(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static String kindOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case BOOLEAN -> "bool";
            case NUMBER -> "number";
            case STRING -> "string";
            case ARRAY -> "array";
            default -> "object";
        };
    }

    private static IllegalArgumentException undecodable(String reason) {
        return new IllegalArgumentException(
                "failed to read tracing config: unable to decode tracing configuration data: " + reason);
    }
}
