package io.flotilla.apiserver.request;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * DeleteOptions of meta.k8s.io/v1.
 *
 * @param uid precondition
 * @param resourceVersion precondition
 */
public record DeleteOptions(
        OptionalLong gracePeriodSeconds,
        Optional<Propagation> propagation,
        Optional<String> uid,
        Optional<String> resourceVersion,
        boolean dryRun) {
    public static final DeleteOptions NONE =
            new DeleteOptions(OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

    /** What becomes of objects that the deleted one owns. */
    public enum Propagation {
        ORPHAN,
        BACKGROUND,
        FOREGROUND
    }

    /** Reads the object form; fails with BadRequest. */
    public static DeleteOptions of(JsonNode options) {
        JsonNode grace = options.path("gracePeriodSeconds");
        JsonNode preconditions = options.path("preconditions");
        JsonNode orphan = options.path("orphanDependents");
        if (options.path("propagationPolicy").isTextual() && orphan.isBoolean()) {
            throw StatusException.invalid(
                    "meta.k8s.io",
                    "DeleteOptions",
                    "",
                    List.of(FieldError.invalid(
                            "propagationPolicy",
                            options.path("propagationPolicy").textValue(),
                            "orphanDependents and deletionPropagation cannot be both set")));
        }
        Optional<Propagation> propagation = options.path("propagationPolicy").isTextual()
                ? Optional.of(propagation(options.path("propagationPolicy").textValue()))
                : orphan.isBoolean()
                        ? Optional.of(orphan.booleanValue() ? Propagation.ORPHAN : Propagation.BACKGROUND)
                        : Optional.empty();
        boolean dryRun = false;
        for (JsonNode each : options.path("dryRun")) {
            dryRun |= isAll(each.asText());
        }
        return new DeleteOptions(
                grace.isIntegralNumber() ? OptionalLong.of(grace.longValue()) : OptionalLong.empty(),
                propagation,
                text(preconditions.path("uid")),
                text(preconditions.path("resourceVersion")),
                dryRun);
    }

    public static Propagation propagation(String name) {
        return switch (name) {
            case "Orphan" -> Propagation.ORPHAN;
            case "Background" -> Propagation.BACKGROUND;
            case "Foreground" -> Propagation.FOREGROUND;
            default ->
                throw StatusException.invalid(
                        "meta.k8s.io",
                        "DeleteOptions",
                        "",
                        List.of(FieldError.notSupported(
                                "propagationPolicy", name, List.of("Foreground", "Background", "Orphan", "nil"))));
        };
    }

    private static boolean isAll(String dryRun) {
        if (dryRun.equals("All")) {
            return true;
        }
        throw StatusException.invalid(
                "meta.k8s.io", "DeleteOptions", "", List.of(FieldError.notSupported("dryRun", dryRun, List.of("All"))));
    }

    private static Optional<String> text(JsonNode node) {
        return node.isTextual() && !node.textValue().isEmpty() ? Optional.of(node.textValue()) : Optional.empty();
    }

    public DeleteOptions withDryRun() {
        return new DeleteOptions(gracePeriodSeconds, propagation, uid, resourceVersion, true);
    }
}
