package io.flotilla.apiserver.admission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.admission.matching.Forms;
import io.flotilla.apiserver.admission.matching.Namespaces;
import io.flotilla.apiserver.admission.matching.Place;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.ResourceCache;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.Review;
import io.flotilla.apiserver.registry.Reviews;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The webhooks that are configured, in the order of their configurations' names. They are read anew whenever one of the
 * configurations changes; a write that none concerns costs a look at the watch cache.
 */
public final class Webhooks implements Reviews {
    static final String GROUP = "admissionregistration.k8s.io";

    private final ResourceCache mutating;
    private final ResourceCache validating;
    private final Forms forms;
    private final Namespaces namespaces;
    private final WebhookClient client;
    private volatile Configured configured = new Configured(Map.of(), Map.of(), List.of(), List.of());

    /** What was read of these configurations. */
    private record Configured(
            Map<String, CachedObject> mutating,
            Map<String, CachedObject> validating,
            List<Hook> mutatingHooks,
            List<Hook> validatingHooks) {}

    public Webhooks(Schema schema, Registry registry, WebhookClient client) {
        this.mutating = cache(registry, "mutatingwebhookconfigurations");
        this.validating = cache(registry, "validatingwebhookconfigurations");
        this.forms = new Forms(schema, registry);
        this.namespaces = new Namespaces(registry.objects(), registry.of("", "namespaces"));
        this.client = client;
    }

    private static ResourceCache cache(Registry registry, String resource) {
        return registry.served(registry.of(GROUP, resource))
                .orElseThrow()
                .registry()
                .cache();
    }

    @Override
    public Review of(Write write) {
        Map<String, CachedObject> mutatingNow = mutating.snapshot().objects();
        Map<String, CachedObject> validatingNow = validating.snapshot().objects();
        if (mutatingNow.isEmpty() && validatingNow.isEmpty()) {
            return Review.NONE;
        }
        // Whoever could keep others from changing the configurations could never be got rid of.
        if (write.resource().group().equals(GROUP)) {
            return Review.NONE;
        }
        Configured now = read(mutatingNow, validatingNow);
        Place place = Place.of(write);
        List<ResourceInfo> equivalents = forms.equivalents(write.resource());
        List<Invocation> first = matching(now.mutatingHooks(), place, equivalents);
        List<Invocation> last = matching(now.validatingHooks(), place, equivalents);
        return first.isEmpty() && last.isEmpty()
                ? Review.NONE
                : new HookReview(write, first, last, forms, namespaces, client);
    }

    @SuppressWarnings("ReferenceEquality") // maps of the cache are told apart by identity
    private Configured read(Map<String, CachedObject> mutatingNow, Map<String, CachedObject> validatingNow) {
        Configured current = configured;
        if (current.mutating() == mutatingNow && current.validating() == validatingNow) {
            return current;
        }
        Configured read =
                new Configured(mutatingNow, validatingNow, hooks(mutatingNow, true), hooks(validatingNow, false));
        configured = read;
        return read;
    }

    private static List<Hook> hooks(Map<String, CachedObject> configurations, boolean mutating) {
        List<Hook> hooks = new ArrayList<>();
        for (CachedObject configuration : configurations.values()) {
            for (JsonNode hook : StoredForm.parse(configuration).path("webhooks")) {
                hooks.add(new Hook(hook, mutating));
            }
        }
        return hooks;
    }

    private static List<Invocation> matching(List<Hook> hooks, Place place, List<ResourceInfo> equivalents) {
        List<Invocation> matching = new ArrayList<>();
        for (Hook hook : hooks) {
            hook.matching().resource(place, equivalents).ifPresent(as -> matching.add(new Invocation(hook, as)));
        }
        return matching;
    }
}
