package io.flotilla.apiserver.admission.policy;

import io.flotilla.apiserver.admission.matching.Configured;
import io.flotilla.apiserver.admission.matching.Forms;
import io.flotilla.apiserver.admission.matching.Namespaces;
import io.flotilla.apiserver.admission.policy.BoundPolicies.Bound;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.metrics.PolicyMetrics;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.Review;
import io.flotilla.apiserver.registry.Reviews;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.util.List;

/** What bound policies make of writes, and whether they let them in. */
public final class Policies implements Reviews {
    private final BoundPolicies<MutatingPolicy> mutating;
    private final BoundPolicies<ValidatingPolicy> validating;
    private final Forms forms;
    private final Namespaces namespaces;
    private final Params params;
    private final Authorizer authorizer;
    private final PolicyMetrics metrics;

    /** @param authorizer whom expressions may ask */
    public Policies(Schema schema, Registry registry, Authorizer authorizer, PolicyMetrics metrics) {
        this.metrics = metrics;
        this.authorizer = authorizer;
        this.forms = new Forms(schema, registry);
        this.mutating = new BoundPolicies<>(
                registry, forms, "mutatingadmissionpolicies", "mutatingadmissionpolicybindings", MutatingPolicy::new);
        this.validating = new BoundPolicies<>(
                registry,
                forms,
                "validatingadmissionpolicies",
                "validatingadmissionpolicybindings",
                ValidatingPolicy::new);
        this.namespaces = new Namespaces(registry.objects(), registry.of("", "namespaces"));
        this.params = new Params(schema, registry);
    }

    @Override
    public Review of(Write write) {
        if (isExempt(write.resource())) {
            return Review.NONE;
        }
        List<Bound<MutatingPolicy>> first = mutating.of(write);
        List<Bound<ValidatingPolicy>> last = validating.of(write);
        Scene scene = new Scene(write, forms, namespaces, params, authorizer);
        return Review.inOrder(
                first.isEmpty() ? Review.NONE : new MutatingReview(scene, first),
                last.isEmpty() ? Review.NONE : new ValidatingReview(scene, last, metrics));
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
