package io.flotilla.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.extension.cel.ObjectExpression;
import java.util.List;

/** A MutatingAdmissionPolicy, read once. */
final class MutatingPolicy extends Policy {
    private final List<Change> changes;
    private final boolean reinvoked;

    MutatingPolicy(JsonNode policy) {
        super(policy, ObjectExpression::ofPatchVariable);
        JsonNode spec = policy.path("spec");
        changes = spec.path("mutations").valueStream().map(Change::of).toList();
        reinvoked = spec.path("reinvocationPolicy").asText().equals("IfNeeded");
    }

    /** What it makes of an object, one after the other. */
    List<Change> changes() {
        return changes;
    }

    /** Whether it wants to see an object again that others have changed after it. */
    boolean reinvoked() {
        return reinvoked;
    }
}
