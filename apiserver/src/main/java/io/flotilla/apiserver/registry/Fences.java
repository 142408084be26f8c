package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.WriteOptions;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.storage.Fencing;
import java.util.Optional;

/**
 * Fenced leaders: who leads a Lease, and in which term, stands in a key of its own, which changes in the transaction
 * that changes the Lease's holder. A write that carries a fence takes effect only while that key says the same.
 */
final class Fences {
    private Fences() {}

    /** What a write of a Lease does to its fence: renewals leave it alone. */
    static Fencing ofLease(ResourceInfo resource, Optional<ObjectNode> old, ObjectNode object) {
        if (!resource.resource().equals("leases") || !resource.group().equals("coordination.k8s.io")) {
            return Fencing.NONE;
        }
        Fencing.Fence fence = fence(object);
        if (old.isPresent() && fence(old.get()).equals(fence)) {
            return Fencing.NONE;
        }
        return new Fencing(Optional.empty(), Optional.of(fence));
    }

    /** Joins what the object changes with what the client demands. */
    static Fencing with(Fencing fencing, WriteOptions options) {
        return options.fence()
                .map(fence -> new Fencing(
                        Optional.of(Fencing.Fence.of(fence.namespace(), fence.name(), fence.holder(), fence.term())),
                        fencing.change()))
                .orElse(fencing);
    }

    private static Fencing.Fence fence(ObjectNode lease) {
        return Fencing.Fence.of(
                lease.path("metadata").path("namespace").asText(""),
                lease.path("metadata").path("name").asText(""),
                lease.path("spec").path("holderIdentity").asText(""),
                lease.path("spec").path("leaseTransitions").asInt(0));
    }
}
