package io.flotilla.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.admission.matching.ReviewRequest;
import io.flotilla.apiserver.admission.policy.BoundPolicies.Bound;
import io.flotilla.apiserver.admission.policy.ValidatingPolicy.Finding;
import io.flotilla.apiserver.metrics.PolicyMetrics;
import io.flotilla.apiserver.registry.Review;
import io.flotilla.apiserver.registry.Reviews.Write;
import io.flotilla.apiserver.request.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Applies the validating policies that concern one write. */
final class ValidatingReview implements Review {
    private final Scene scene;
    private final Write write;
    private final List<Bound<ValidatingPolicy>> bound;
    private final PolicyMetrics metrics;

    ValidatingReview(Scene scene, List<Bound<ValidatingPolicy>> bound, PolicyMetrics metrics) {
        this.metrics = metrics;
        this.scene = scene;
        this.write = scene.write();
        this.bound = bound;
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old) {
        applyAll(object, old);
    }

    @Override
    public void delete(ObjectNode old) {
        applyAll(null, old);
    }

    @Override
    public void connect(ObjectNode options) {
        applyAll(options, null);
    }

    private void applyAll(@Nullable ObjectNode object, @Nullable ObjectNode old) {
        List<StatusException> denials = new ArrayList<>(0);
        for (Bound<ValidatingPolicy> each : bound) {
            if (scene.selects(each.policy().matching(), object, old)) {
                apply(each, object, old, denials);
            }
        }
        if (!denials.isEmpty()) {
            throw denials.getFirst();
        }
    }

    private void apply(
            Bound<ValidatingPolicy> each,
            @Nullable ObjectNode object,
            @Nullable ObjectNode old,
            List<StatusException> denials) {
        ReviewRequest request = scene.request(each.as(), object, old);
        for (Binding binding : each.bindings()) {
            if (!scene.selects(binding, object, old)) {
                continue;
            }
            try {
                for (JsonNode param : scene.params(each.policy(), binding)) {
                    Map<String, Object> variables = scene.variables(request, each.as(), object, old, param);
                    for (Finding finding : each.policy().check(variables)) {
                        follow(each.policy(), binding, finding, request.name(), denials);
                    }
                }
            } catch (Params.MissingException e) {
                if (!each.policy().ignoresFailure()) {
                    denials.add(denial(
                            each.policy(),
                            binding,
                            Finding.failed("failed to configure binding: " + e.getMessage(), true, 0),
                            request.name()));
                }
            }
        }
    }

    private void follow(
            ValidatingPolicy policy, Binding binding, Finding finding, String name, List<StatusException> denials) {
        if (!finding.denies()) {
            count(policy, binding, finding);
        }
        if (!finding.denies() && binding.actions().contains("Warn")) {
            write.warn()
                    .accept("Validation failed for ValidatingAdmissionPolicy '" + policy.name() + "' with binding '"
                            + binding.name() + "': " + finding.message());
        }
        if (finding.denies() || binding.actions().contains("Deny")) {
            denials.add(denial(policy, binding, finding, name));
        }
    }

    private void count(ValidatingPolicy policy, Binding binding, Finding finding) {
        for (String action : binding.actions()) {
            metrics.checked(
                    policy.name(),
                    binding.name(),
                    action.toLowerCase(Locale.ROOT),
                    finding.errorType(),
                    finding.nanos());
        }
    }

    private StatusException denial(ValidatingPolicy policy, Binding binding, Finding finding, String name) {
        String why = "ValidatingAdmissionPolicy '" + policy.name() + "' with binding '" + binding.name()
                + "' denied request: " + finding.message();
        StatusException forbidden = StatusException.forbidden(write.resource(), name, why);
        int code = switch (finding.reason()) {
            case "Forbidden" -> 403;
            case "Unauthorized" -> 401;
            case "RequestEntityTooLarge" -> 413;
            default -> 422;
        };
        return new StatusException(
                code,
                finding.reason(),
                String.valueOf(forbidden.getMessage()),
                new StatusException.Details(
                        name,
                        write.resource().group(),
                        write.resource().resource(),
                        List.of(new StatusException.Cause("", why, "")),
                        0));
    }
}
