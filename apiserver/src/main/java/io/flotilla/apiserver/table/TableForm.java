package io.flotilla.apiserver.table;

import java.util.Locale;
import java.util.Optional;

/**
 * The form of a Table that a client asked for.
 *
 * @param version version of meta.k8s.io
 * @param include what a row carries of its object
 */
public record TableForm(String version, Include include) {

    /** The values of the query parameter {@code includeObject}. */
    public enum Include {
        NONE,
        METADATA,
        OBJECT
    }

    /**
     * Reads the Accept header: a Table, if that comes before a plain form that the server has.
     *
     * @param includeObject the query parameter, may be empty
     */
    public static Optional<TableForm> accepted(String accept, String includeObject) {
        for (String clause : accept.split(",")) {
            String[] parts = clause.split(";", -1);
            String media = parts[0].strip().toLowerCase(Locale.ROOT);
            if (!media.equals("application/json") && !media.equals("*/*") && !media.equals("application/*")) {
                if (media.equals("application/yaml") || media.equals("application/vnd.kubernetes.protobuf")) {
                    return Optional.empty();
                }
                continue;
            }
            String as = "";
            String version = "";
            String group = "";
            for (String each : parts) {
                String parameter = each.strip();
                if (parameter.startsWith("as=")) {
                    as = parameter.substring(3);
                } else if (parameter.startsWith("v=")) {
                    version = parameter.substring(2);
                } else if (parameter.startsWith("g=")) {
                    group = parameter.substring(2);
                }
            }
            if (as.isEmpty()) {
                return Optional.empty();
            }
            if (as.equals("Table")
                    && group.equals("meta.k8s.io")
                    && (version.equals("v1") || version.equals("v1beta1"))) {
                return Optional.of(new TableForm(version, include(includeObject)));
            }
        }
        return Optional.empty();
    }

    private static Include include(String parameter) {
        return switch (parameter) {
            case "None" -> Include.NONE;
            case "Object" -> Include.OBJECT;
            default -> Include.METADATA;
        };
    }
}
