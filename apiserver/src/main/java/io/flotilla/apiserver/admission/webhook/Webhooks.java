package io.flotilla.apiserver.admission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.admission.matching.Configured;
import io.flotilla.apiserver.admission.matching.Forms;
import io.flotilla.apiserver.admission.matching.Namespaces;
import io.flotilla.apiserver.admission.matching.Place;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.metrics.WebhookMetrics;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.Review;
import io.flotilla.apiserver.registry.Reviews;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.tracing.Tracing;
import io.flotilla.apiserver.webhook.WebhookClient;
import java.util.ArrayList;
import java.util.List;

/**
 * The webhooks that are configured, in the order of their configurations' names.
 */
public final class Webhooks implements Reviews {
    private final Configured<Hook> mutating;
    private final Configured<Hook> validating;
    private final Forms forms;
    private final Namespaces namespaces;
    private final WebhookClient client;
    private final Authorizer authorizer;
    private final WebhookMetrics metrics;
    private final Tracing tracing;

    public Webhooks(
            Schema schema,
            Registry registry,
            WebhookClient client,
            Authorizer authorizer,
            WebhookMetrics metrics,
            Tracing tracing) {
        this.tracing = tracing;
        this.authorizer = authorizer;
        this.mutating = new Configured<>(registry, "mutatingwebhookconfigurations", each -> hooks(each, true));
        this.validating = new Configured<>(registry, "validatingwebhookconfigurations", each -> hooks(each, false));
        this.forms = new Forms(schema, registry);
        this.namespaces = new Namespaces(registry.objects(), registry.of("", "namespaces"));
        this.client = client;
        this.metrics = metrics;
    }

    private static List<Hook> hooks(JsonNode configuration, boolean mutating) {
        return configuration
                .path("webhooks")
                .valueStream()
                .map(hook -> new Hook(hook, mutating))
                .toList();
    }

    @Override
    public Review of(Write write) {
        List<Hook> mutatingNow = mutating.now();
        List<Hook> validatingNow = validating.now();
        if (mutatingNow.isEmpty() && validatingNow.isEmpty()) {
            return Review.NONE;
        }
        // Whoever could keep others from changing the configurations could never be got rid of.
        if (write.resource().group().equals(Configured.GROUP)) {
            return Review.NONE;
        }
        Place place = Place.of(write);
        List<ResourceInfo> equivalents = forms.equivalents(write.resource());
        List<Invocation> first = matching(mutatingNow, place, equivalents);
        List<Invocation> last = matching(validatingNow, place, equivalents);
        return first.isEmpty() && last.isEmpty()
                ? Review.NONE
                : new HookReview(write, first, last, forms, namespaces, client, authorizer, metrics, tracing);
    }

    private static List<Invocation> matching(List<Hook> hooks, Place place, List<ResourceInfo> equivalents) {
        List<Invocation> matching = new ArrayList<>();
        for (Hook hook : hooks) {
            hook.matching().resource(place, equivalents).ifPresent(as -> matching.add(new Invocation(hook, as)));
        }
        return matching;
    }
}
