package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.request.StatusException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Reads Accept headers: the first form that we can give is given. */
final class Negotiation {
    static final List<String> MEDIA_TYPES = List.of("application/json", "application/yaml");
    private static final int MAX_REMEMBERED = 256;

    private final Map<String, Accepted> remembered = new ConcurrentHashMap<>();

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
    record Accepted(Form form, boolean yaml, String version) {
        static final Accepted JSON = new Accepted(Form.OBJECT, false, "v1");
    }

    /** Fails with NotAcceptable. */
    Accepted accept(String header) {
        if (header.isEmpty() || header.equals("application/json")) {
            return Accepted.JSON;
        }
        Accepted known = remembered.get(header);
        if (known != null) {
            return known;
        }
        Accepted parsed = parse(header);
        if (remembered.size() < MAX_REMEMBERED) {
            remembered.put(header, parsed);
        }
        return parsed;
    }

    private static Accepted parse(String header) {
        for (String each : header.split(",")) {
            String[] parts = each.strip().split(";");
            boolean yaml;
            switch (parts[0].strip().toLowerCase(Locale.ROOT)) {
                case "application/json", "*/*", "application/*" -> yaml = false;
                case "application/yaml" -> yaml = true;
                default -> {
                    continue;
                }
            }
            String as = "";
            String version = "v1";
            boolean stream = false;
            for (int i = 1; i < parts.length; i++) {
                String[] pair = parts[i].strip().split("=", 2);
                String value = pair.length == 2 ? pair[1].strip() : "";
                switch (pair[0].strip()) {
                    case "as" -> as = value;
                    case "v" -> version = value;
                    case "stream" -> stream = true;
                    default -> {}
                }
            }
            boolean known = version.equals("v1") || version.equals("v1beta1");
            switch (as) {
                case "" -> {
                    if (!stream || !yaml) {
                        return new Accepted(Form.OBJECT, yaml, "v1");
                    }
                }
                case "Table" -> {
                    if (known) {
                        return new Accepted(Form.TABLE, yaml, version);
                    }
                }
                case "PartialObjectMetadata", "PartialObjectMetadataList" -> {
                    if (known) {
                        return new Accepted(Form.METADATA, yaml, version);
                    }
                }
                default -> {}
            }
        }
        throw StatusException.notAcceptable(MEDIA_TYPES);
    }
}
