package io.flotilla.apiserver.registry.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.validation.Trees;

/** Counts changes of a pod's spec that come by a subresource. */
final class PodGeneration {
    private PodGeneration() {}

    static void advance(ObjectNode pod, ObjectNode old) {
        if (!Trees.same(pod.path("spec"), old.path("spec"))) {
            Trees.child(pod, "metadata")
                    .put("generation", old.path("metadata").path("generation").longValue() + 1);
        }
    }
}
