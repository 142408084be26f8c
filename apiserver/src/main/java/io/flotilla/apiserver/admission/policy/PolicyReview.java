package io.flotilla.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.admission.matching.Forms;
import io.flotilla.apiserver.admission.matching.Namespaces;
import io.flotilla.apiserver.admission.matching.Place;
import io.flotilla.apiserver.admission.matching.ReviewRequest;
import io.flotilla.apiserver.admission.policy.Policies.Bound;
import io.flotilla.apiserver.admission.policy.Policy.Finding;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.registry.Review;
import io.flotilla.apiserver.registry.Reviews.Write;
import io.flotilla.apiserver.request.StatusException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Applies the policies that concern one write. */
final class PolicyReview implements Review {
    private final Write write;
    private final List<Bound> bound;
    private final Forms forms;
    private final Namespaces namespaces;
    private final Params params;
    private final Authorizer authorizer;

    PolicyReview(
            Write write, List<Bound> bound, Forms forms, Namespaces namespaces, Params params, Authorizer authorizer) {
        this.authorizer = authorizer;
        this.write = write;
        this.bound = bound;
        this.forms = forms;
        this.namespaces = namespaces;
        this.params = params;
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

    @Override
    public void admit(ObjectNode object, Supplier<Optional<ObjectNode>> old) {
        applyAll(object, old.get().orElse(null));
    }

    private void applyAll(@Nullable ObjectNode object, @Nullable ObjectNode old) {
        List<StatusException> denials = new ArrayList<>(0);
        for (Bound each : bound) {
            if (each.policy().matching().selects(write, object, old, namespaces)) {
                apply(each, object, old, denials);
            }
        }
        if (!denials.isEmpty()) {
            throw denials.getFirst();
        }
    }

    private void apply(
            Bound each, @Nullable ObjectNode object, @Nullable ObjectNode old, List<StatusException> denials) {
        ReviewRequest request = new ReviewRequest(write, each.as(), forms, object == null ? old : object);
        Map<String, Object> variables =
                new HashMap<>(request.variables(form(each, object), form(each, old), authorizer));
        variables.put("namespaceObject", ObjectExpression.value(namespace()));
        for (Binding binding : each.bindings()) {
            if (binding.matching().isPresent() && !binding.matching().get().selects(write, object, old, namespaces)) {
                continue;
            }
            try {
                for (JsonNode param : params.of(each.policy(), binding, write.namespace())) {
                    variables.put("params", ObjectExpression.value(param));
                    for (Finding finding : each.policy().check(variables)) {
                        follow(each.policy(), binding, finding, request.name(), denials);
                    }
                }
            } catch (Params.MissingException e) {
                if (!each.policy().ignoresFailure()) {
                    denials.add(denial(
                            each.policy(),
                            binding,
                            new Finding("failed to configure binding: " + e.getMessage(), "Invalid"),
                            request.name()));
                }
            }
        }
    }

    private JsonNode form(Bound each, @Nullable ObjectNode object) {
        return object == null ? NullNode.getInstance() : forms.form(write, each.as(), object);
    }

    private JsonNode namespace() {
        return write.namespace().isEmpty() || Place.of(write).isNamespace()
                ? NullNode.getInstance()
                : namespaces.get(write.namespace());
    }

    private void follow(Policy policy, Binding binding, Finding finding, String name, List<StatusException> denials) {
        if (binding.actions().contains("Warn")) {
            write.warn()
                    .accept("Validation failed for ValidatingAdmissionPolicy '" + policy.name() + "' with binding '"
                            + binding.name() + "': " + finding.message());
        }
        if (binding.actions().contains("Deny")) {
            denials.add(denial(policy, binding, finding, name));
        }
    }

    private StatusException denial(Policy policy, Binding binding, Finding finding, String name) {
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
