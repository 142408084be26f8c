package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.request.Encoding;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Reads Accept headers: the first form that we can give is given. */
final class Negotiation {
    private static final int MAX_REMEMBERED = 256;

    private final Map<String, Optional<Accepted>> remembered = new ConcurrentHashMap<>();

    /** The forms of an answer. */
    enum Form {
        OBJECT,
        /** Table of meta.k8s.io. */
        TABLE,
        /** PartialObjectMetadata of meta.k8s.io. */
        METADATA
    }

    /**
     * What a client accepts.
     *
     * @param version version of meta.k8s.io for the forms that are of it
     */
    record Accepted(Form form, Encoding encoding, String version) {
        static final Accepted JSON = new Accepted(Form.OBJECT, Encoding.JSON, "v1");

        /** Whether the stored bytes are what is wanted. */
        boolean isPlain() {
            return form == Form.OBJECT && encoding == Encoding.JSON;
        }
    }

    /** What a header accepts of what we can give; empty if that is nothing. */
    Optional<Accepted> accept(String header) {
        if (header.isEmpty() || header.equals("application/json")) {
            return Optional.of(Accepted.JSON);
        }
        Optional<Accepted> known = remembered.get(header);
        if (known != null) {
            return known;
        }
        Optional<Accepted> parsed = parse(header);
        if (remembered.size() < MAX_REMEMBERED) {
            remembered.put(header, parsed);
        }
        return parsed;
    }

    /** As {@link #accept(String)}, where not every form can be given. */
    Optional<Accepted> accept(String header, Predicate<Accepted> possible) {
        return accept(header)
                .flatMap(accepted -> possible.test(accepted) ? Optional.of(accepted) : first(header, possible));
    }

    private static Optional<Accepted> parse(String header) {
        return first(header, _ -> true);
    }

    private static Optional<Accepted> first(String header, Predicate<Accepted> possible) {
        for (String clause : header.split(",")) {
            Optional<Accepted> accepted = clause(clause.split(";", -1)).filter(possible);
            if (accepted.isPresent()) {
                return accepted;
            }
        }
        return Optional.empty();
    }

    private static Optional<Accepted> clause(String[] parts) {
        String mediaType = parts[0].strip().toLowerCase(Locale.ROOT);
        Optional<Encoding> encoding = mediaType.equals("*/*") || mediaType.equals("application/*")
                ? Optional.of(Encoding.JSON)
                : Encoding.of(mediaType);
        if (encoding.isEmpty()) {
            return Optional.empty();
        }
        String as = "";
        String group = "";
        String version = "";
        for (String part : parts) {
            String parameter = part.strip();
            if (parameter.startsWith("as=")) {
                as = parameter.substring(3);
            } else if (parameter.startsWith("g=")) {
                group = parameter.substring(2);
            } else if (parameter.startsWith("v=")) {
                version = parameter.substring(2);
            }
        }
        if (as.isEmpty()) {
            return Optional.of(new Accepted(Form.OBJECT, encoding.get(), "v1"));
        }
        boolean known = group.equals("meta.k8s.io") && (version.equals("v1") || version.equals("v1beta1"));
        // Rows of Tables have no protobuf form.
        return switch (as) {
            case "Table" ->
                known && encoding.get() != Encoding.PROTOBUF
                        ? Optional.of(new Accepted(Form.TABLE, encoding.get(), version))
                        : Optional.empty();
            case "PartialObjectMetadata", "PartialObjectMetadataList" ->
                known ? Optional.of(new Accepted(Form.METADATA, encoding.get(), version)) : Optional.empty();
            default -> Optional.empty();
        };
    }
}
