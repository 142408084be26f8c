package io.flotilla.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The versions of reviews that a webhook says it understands. */
public final class ReviewVersions {
    private static final List<String> KNOWN = List.of("v1", "v1beta1");

    private ReviewVersions() {}

    /** Whether the server knows one of them. */
    public static boolean isKnown(Field versions) {
        return versions.any(version -> KNOWN.contains(version.text()));
    }

    /** The version to use: the first that the server knows, and v1 where it knows none. */
    public static String choose(JsonNode versions) {
        for (JsonNode each : versions) {
            if (KNOWN.contains(each.asText())) {
                return each.asText();
            }
        }
        return "v1";
    }

    /**
     * Checks versions that are not empty.
     *
     * @param demandsKnown whether the server must know one of them
     */
    public static void check(Field versions, boolean demandsKnown, Findings findings) {
        Set<String> seen = new HashSet<>();
        for (Field version : versions.items()) {
            if (seen.add(version.text())) {
                findings.invalid(version, Names.dns1035Label(version.text()));
            } else {
                findings.invalid(version, "duplicate version");
            }
        }
        if (demandsKnown && !isKnown(versions)) {
            findings.invalid(versions, "must include at least one of v1, v1beta1");
        }
    }
}
