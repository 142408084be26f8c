package io.flotilla.apiserver.admission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.admission.matching.Conditions;
import io.flotilla.apiserver.admission.matching.Matching;
import io.flotilla.apiserver.webhook.Endpoint;
import io.flotilla.apiserver.webhook.ReviewVersions;
import java.time.Duration;
import java.util.List;

/** One webhook of a configuration, read once. */
final class Hook {
    private static final long DEFAULT_TIMEOUT = 10;

    private final Matching matching;
    private final String name;
    private final boolean mutating;
    private final boolean ignoresFailure;
    private final boolean reinvoked;
    private final boolean dryRun;
    private final boolean beta;
    private final Duration timeout;
    private final Conditions conditions;
    private final Endpoint endpoint;

    Hook(JsonNode hook, boolean mutating) {
        this.mutating = mutating;
        name = hook.path("name").asText();
        matching = Matching.ofHook(hook);
        ignoresFailure = hook.path("failurePolicy").asText().equals("Ignore");
        reinvoked = hook.path("reinvocationPolicy").asText().equals("IfNeeded");
        dryRun = List.of("None", "NoneOnDryRun")
                .contains(hook.path("sideEffects").asText());
        beta = ReviewVersions.choose(hook.path("admissionReviewVersions")).equals("v1beta1");
        timeout = Duration.ofSeconds(hook.path("timeoutSeconds").asLong(DEFAULT_TIMEOUT));
        conditions = Conditions.of(hook.path("matchConditions"), Conditions.VARIABLES);
        endpoint = new Endpoint(hook.path("clientConfig"), timeout);
    }

    /** As its configuration calls it. */
    String name() {
        return name;
    }

    /** Which writes it is to be asked about. */
    Matching matching() {
        return matching;
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
}
