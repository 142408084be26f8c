package io.flotilla.apiserver.admission.policy;

import io.flotilla.apiserver.admission.matching.Configured;
import io.flotilla.apiserver.admission.matching.Forms;
import io.flotilla.apiserver.admission.matching.Namespaces;
import io.flotilla.apiserver.admission.matching.Place;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.Review;
import io.flotilla.apiserver.registry.Reviews;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.util.ArrayList;
import java.util.List;

/**
 * The validating policies that are bound, in the order of their names.
 */
public final class Policies implements Reviews {
    private final Configured<Policy> policies;
    private final Configured<Binding> bindings;
    private final Forms forms;
    private final Namespaces namespaces;
    private final Params params;
    private final Authorizer authorizer;

    /**
     * A policy that is put to use.
     *
     * @param as the name of the resource that its rules match
     */
    record Bound(Policy policy, ResourceInfo as, List<Binding> bindings) {}

    /** @param authorizer whom expressions may ask */
    public Policies(Schema schema, Registry registry, Authorizer authorizer) {
        this.authorizer = authorizer;
        this.policies = new Configured<>(registry, "validatingadmissionpolicies", each -> List.of(new Policy(each)));
        this.bindings =
                new Configured<>(registry, "validatingadmissionpolicybindings", each -> List.of(Binding.of(each)));
        this.forms = new Forms(schema, registry);
        this.namespaces = new Namespaces(registry.objects(), registry.of("", "namespaces"));
        this.params = new Params(schema, registry);
    }

    @Override
    public Review of(Write write) {
        List<Policy> policiesNow = policies.now();
        List<Binding> bindingsNow = bindings.now();
        if (policiesNow.isEmpty() || bindingsNow.isEmpty() || isExempt(write.resource())) {
            return Review.NONE;
        }
        Place place = Place.of(write);
        List<ResourceInfo> equivalents = forms.equivalents(write.resource());
        List<Bound> bound = new ArrayList<>();
        for (Policy policy : policiesNow) {
            List<Binding> own = bindingsNow.stream()
                    .filter(each -> each.policy().equals(policy.name()) && each.covers(place, equivalents))
                    .toList();
            if (!own.isEmpty()) {
                policy.matching().resource(place, equivalents).ifPresent(as -> bound.add(new Bound(policy, as, own)));
            }
        }
        return bound.isEmpty() ? Review.NONE : new PolicyReview(write, bound, forms, namespaces, params, authorizer);
    }

    /** No policy may keep others from changing policies, nor from asking who they are and what they may. */
    private static boolean isExempt(ResourceInfo resource) {
        return switch (resource.group()) {
            case Configured.GROUP -> true;
            case "authentication.k8s.io", "authorization.k8s.io" ->
                resource.resource().endsWith("reviews");
            default -> false;
        };
    }
}
