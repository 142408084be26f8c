package io.flotilla.apiserver.admission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.registry.validation.Selectors;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** One webhook of a configuration, read once. */
final class Hook {
    private static final long DEFAULT_TIMEOUT = 10;

    private final JsonNode rules;
    private final JsonNode namespaceSelector;
    private final JsonNode objectSelector;
    private final String name;
    private final boolean mutating;
    private final boolean ignoresFailure;
    private final boolean reinvoked;
    private final boolean exact;
    private final boolean dryRun;
    private final boolean beta;
    private final Duration timeout;
    private final Conditions conditions;
    private final Endpoint endpoint;

    Hook(JsonNode hook, boolean mutating) {
        this.mutating = mutating;
        name = hook.path("name").asText();
        rules = hook.path("rules");
        namespaceSelector = hook.path("namespaceSelector");
        objectSelector = hook.path("objectSelector");
        ignoresFailure = hook.path("failurePolicy").asText().equals("Ignore");
        reinvoked = hook.path("reinvocationPolicy").asText().equals("IfNeeded");
        exact = hook.path("matchPolicy").asText().equals("Exact");
        dryRun = List.of("None", "NoneOnDryRun")
                .contains(hook.path("sideEffects").asText());
        beta = isBeta(hook.path("admissionReviewVersions"));
        timeout = Duration.ofSeconds(hook.path("timeoutSeconds").asLong(DEFAULT_TIMEOUT));
        conditions = Conditions.of(hook.path("matchConditions"));
        endpoint = new Endpoint(hook.path("clientConfig"), timeout);
    }

    /** The first version counts that the server knows. */
    private static boolean isBeta(JsonNode versions) {
        for (JsonNode each : versions) {
            if (each.asText().equals("v1")) {
                return false;
            }
            if (each.asText().equals("v1beta1")) {
                return true;
            }
        }
        return false;
    }

    /** As its configuration calls it. */
    String name() {
        return name;
    }

    boolean mutating() {
        return mutating;
    }

    boolean ignoresFailure() {
        return ignoresFailure;
    }

    /** Whether it wants to see an object again that others have changed since. */
    boolean reinvoked() {
        return reinvoked;
    }

    /** Whether asking it in a dry run changes nothing. */
    boolean supportsDryRun() {
        return dryRun;
    }

    /** Version of admission.k8s.io in which it is asked. */
    String reviewVersion() {
        return beta ? "v1beta1" : "v1";
    }

    boolean isBeta() {
        return beta;
    }

    Duration timeout() {
        return timeout;
    }

    Conditions conditions() {
        return conditions;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** The name under which a rule matches the resource: its own, or one of those that mean the same. */
    Optional<ResourceInfo> matching(Place place, Collection<ResourceInfo> equivalents) {
        if (matches(place)) {
            return Optional.of(place.resource());
        }
        return exact
                ? Optional.empty()
                : equivalents.stream().filter(each -> matches(place.as(each))).findFirst();
    }

    private boolean matches(Place place) {
        for (JsonNode rule : rules) {
            if (place.matches(rule)) {
                return true;
            }
        }
        return false;
    }

    boolean selectsAllNamespaces() {
        return selectsAll(namespaceSelector);
    }

    boolean selectsNamespace(JsonNode labels) {
        return Selectors.matches(namespaceSelector, labels);
    }

    /** Whether the object or what it was before is selected. */
    boolean selectsObject(JsonNode object, JsonNode old) {
        return selectsAll(objectSelector) || selects(object) || selects(old);
    }

    private boolean selects(JsonNode object) {
        return object.path("metadata").isObject()
                && Selectors.matches(objectSelector, object.path("metadata").path("labels"));
    }

    private static boolean selectsAll(JsonNode selector) {
        return selector.path("matchLabels").isEmpty()
                && selector.path("matchExpressions").isEmpty();
    }
}
