package io.flotilla.apiserver.admission.policy;

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
import java.util.function.Function;

/**
 * The validating policies that are bound, in the order of their names. They are read anew whenever a policy or a binding
 * changes; a write costs a look at the watch cache where there are none.
 */
public final class Policies implements Reviews {
    private static final String GROUP = "admissionregistration.k8s.io";

    private final ResourceCache policies;
    private final ResourceCache bindings;
    private final Forms forms;
    private final Namespaces namespaces;
    private final Params params;
    private volatile Configured configured = new Configured(Map.of(), Map.of(), List.of(), List.of());

    /** What was read of these objects. */
    private record Configured(
            Map<String, CachedObject> policyObjects,
            Map<String, CachedObject> bindingObjects,
            List<Policy> policies,
            List<Binding> bindings) {}

    /**
     * A policy that is put to use.
     *
     * @param as the name of the resource that its rules match
     */
    record Bound(Policy policy, ResourceInfo as, List<Binding> bindings) {}

    public Policies(Schema schema, Registry registry) {
        this.policies = cache(registry, "validatingadmissionpolicies");
        this.bindings = cache(registry, "validatingadmissionpolicybindings");
        this.forms = new Forms(schema, registry);
        this.namespaces = new Namespaces(registry.objects(), registry.of("", "namespaces"));
        this.params = new Params(schema, registry);
    }

    private static ResourceCache cache(Registry registry, String resource) {
        return registry.served(registry.of(GROUP, resource))
                .orElseThrow()
                .registry()
                .cache();
    }

    @Override
    public Review of(Write write) {
        Map<String, CachedObject> policiesNow = policies.snapshot().objects();
        Map<String, CachedObject> bindingsNow = bindings.snapshot().objects();
        if (policiesNow.isEmpty() || bindingsNow.isEmpty() || isExempt(write.resource())) {
            return Review.NONE;
        }
        Configured now = read(policiesNow, bindingsNow);
        Place place = Place.of(write);
        List<ResourceInfo> equivalents = forms.equivalents(write.resource());
        List<Bound> bound = new ArrayList<>();
        for (Policy policy : now.policies()) {
            List<Binding> own = now.bindings().stream()
                    .filter(each -> each.policy().equals(policy.name()) && each.covers(place, equivalents))
                    .toList();
            if (!own.isEmpty()) {
                policy.matching().resource(place, equivalents).ifPresent(as -> bound.add(new Bound(policy, as, own)));
            }
        }
        return bound.isEmpty() ? Review.NONE : new PolicyReview(write, bound, forms, namespaces, params);
    }

    /** No policy may keep others from changing policies, nor from asking who they are and what they may. */
    private static boolean isExempt(ResourceInfo resource) {
        return switch (resource.group()) {
            case GROUP -> true;
            case "authentication.k8s.io", "authorization.k8s.io" ->
                resource.resource().endsWith("reviews");
            default -> false;
        };
    }

    @SuppressWarnings("ReferenceEquality") // maps of the cache are told apart by identity
    private Configured read(Map<String, CachedObject> policiesNow, Map<String, CachedObject> bindingsNow) {
        Configured current = configured;
        if (current.policyObjects() == policiesNow && current.bindingObjects() == bindingsNow) {
            return current;
        }
        Configured read = new Configured(
                policiesNow, bindingsNow, read(policiesNow, Policy::new), read(bindingsNow, Binding::of));
        configured = read;
        return read;
    }

    private static <T> List<T> read(Map<String, CachedObject> objects, Function<JsonNode, T> reader) {
        return objects.values().stream()
                .map(each -> reader.apply(StoredForm.parse(each)))
                .toList();
    }
}
