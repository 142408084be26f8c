package io.flotilla.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.admission.matching.Reinvocation;
import io.flotilla.apiserver.admission.matching.ReviewRequest;
import io.flotilla.apiserver.admission.policy.BoundPolicies.Bound;
import io.flotilla.apiserver.extension.cel.EvaluationException;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import io.flotilla.apiserver.registry.Mutation;
import io.flotilla.apiserver.registry.Review;
import io.flotilla.apiserver.request.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Applies the mutating policies that concern one write, one after the other (KEP-3962). A deletion has no object to
 * change, and the options of a connection are left as they are.
 */
final class MutatingReview implements Review {
    private final Scene scene;
    private final List<Bound<MutatingPolicy>> bound;

    MutatingReview(Scene scene, List<Bound<MutatingPolicy>> bound) {
        this.scene = scene;
        this.bound = bound;
    }

    /** A policy under one of its bindings, with one of its parameters. */
    private record Invocation(Bound<MutatingPolicy> bound, Binding binding, JsonNode param) {
        MutatingPolicy policy() {
            return bound.policy();
        }
    }

    /** Tells an invocation from others, even if its parameters have changed since. */
    private record Key(String policy, String binding, JsonNode paramNamespace, JsonNode paramName) {
        static Key of(Invocation invocation) {
            JsonNode metadata = invocation.param().path("metadata");
            return new Key(
                    invocation.policy().name(),
                    invocation.binding().name(),
                    metadata.path("namespace"),
                    metadata.path("name"));
        }
    }

    /** Why a policy under a binding could not be applied. */
    private record Failure(String message, String reason) {
        static Failure of(Policy policy, Binding binding, String why, String reason) {
            return new Failure(
                    "policy '" + policy.name() + "' with binding '" + binding.name() + "' denied request: " + why,
                    reason);
        }
    }

    @Override
    public Mutation mutation() {
        return new Pass();
    }

    /** What is done to one object. */
    private final class Pass implements Mutation {
        private final Reinvocation<Key> reinvocation = new Reinvocation<>();
        private final List<Failure> failures = new ArrayList<>(0);
        private boolean changed;

        @Override
        public boolean apply(ObjectNode object, @Nullable ObjectNode old) {
            reinvocation.begin(object);
            changed = false;
            for (Invocation each : invocations(object, old)) {
                if (reinvocation.isDue(Key.of(each))) {
                    apply(each, object, old);
                }
            }
            if (changed) {
                reinvocation.changed();
            }
            reinvocation.end(object);
            if (!failures.isEmpty()) {
                throw denial(scene.request(scene.write().resource(), object, old));
            }
            return changed;
        }

        private List<Invocation> invocations(ObjectNode object, @Nullable ObjectNode old) {
            List<Invocation> invocations = new ArrayList<>();
            for (Bound<MutatingPolicy> each : bound) {
                if (!scene.selects(each.policy().matching(), object, old)) {
                    continue;
                }
                for (Binding binding : each.bindings()) {
                    if (!scene.selects(binding, object, old)) {
                        continue;
                    }
                    try {
                        scene.params(each.policy(), binding)
                                .forEach(param -> invocations.add(new Invocation(each, binding, param)));
                    } catch (Params.MissingException e) {
                        fail(each.policy(), binding, "failed to configure binding: " + e.getMessage(), "Forbidden");
                    }
                }
            }
            return invocations;
        }

        private void fail(MutatingPolicy policy, Binding binding, String why, String reason) {
            if (!policy.ignoresFailure()) {
                failures.add(Failure.of(policy, binding, why, reason));
            }
        }

        private void apply(Invocation invocation, ObjectNode object, @Nullable ObjectNode old) {
            MutatingPolicy policy = invocation.policy();
            try {
                if (!policy.applies(variables(invocation, object, old))) {
                    return;
                }
            } catch (EvaluationException e) {
                fail(policy, invocation.binding(), String.valueOf(e.getMessage()), "Invalid");
                return;
            }
            ObjectNode before = object.deepCopy();
            for (Change change : policy.changes()) {
                Budget budget = new Budget(Budget.OF_REQUEST);
                try {
                    Map<String, Object> values = policy.values(variables(invocation, object, old), budget);
                    change.apply(
                            scene.write(), scene.forms(), invocation.bound().as(), object, values, budget);
                    changed = true;
                } catch (EvaluationException e) {
                    fail(policy, invocation.binding(), String.valueOf(e.getMessage()), "Invalid");
                }
            }
            if (!object.equals(before)) {
                reinvocation.changed();
            }
            if (policy.reinvoked()) {
                reinvocation.note(Key.of(invocation));
            }
        }

        private Map<String, Object> variables(Invocation invocation, ObjectNode object, @Nullable ObjectNode old) {
            ReviewRequest request = scene.request(invocation.bound().as(), object, old);
            return scene.variables(request, invocation.bound().as(), object, old, invocation.param());
        }

        private StatusException denial(ReviewRequest request) {
            Failure first = failures.getFirst();
            List<StatusException.Cause> causes = failures.stream()
                    .map(each -> new StatusException.Cause("", each.message(), ""))
                    .toList();
            return new StatusException(
                    403,
                    first.reason(),
                    first.message(),
                    new StatusException.Details(
                            request.name(),
                            scene.write().resource().group(),
                            scene.write().resource().resource(),
                            causes,
                            0));
        }
    }
}
