package io.flotilla.apiserver.request;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How an object is written as bytes. */
public enum Encoding {
    JSON("application/json"),
    YAML("application/yaml"),
    PROTOBUF("application/vnd.kubernetes.protobuf");

    /** All media types, in the order in which errors list them. */
    public static final List<String> MEDIA_TYPES =
            Arrays.stream(values()).map(Encoding::mediaType).toList();

    private final String mediaType;

    Encoding(String mediaType) {
        this.mediaType = mediaType;
    }

    public String mediaType() {
        return mediaType;
    }

    /** The encoding of a media type without parameters; empty if it is none. */
    public static Optional<Encoding> of(String mediaType) {
        return switch (mediaType) {
            case "application/json" -> Optional.of(JSON);
            case "application/yaml", "application/x-yaml" -> Optional.of(YAML);
            case "application/vnd.kubernetes.protobuf" -> Optional.of(PROTOBUF);
            default -> Optional.empty();
        };
    }
}
