package io.flotilla.kubelet.node;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.List;
import java.util.Map;

/**
 * Who the node is, as it was told.
 *
 * @param port of the agent's gRPC service
 * @param podCidr empty if none was given
 * @param maxPods how many pods it takes
 * @param labels to register with, beside its own
 * @param taints to register with
 */
public record NodeIdentity(
        String name, String ip, int port, String podCidr, int maxPods, Map<String, String> labels, List<Taint> taints) {

    /** Returns the reference by which events name the node; its UID is the name, as the kubelet has it. */
    public ObjectReference reference() {
        return new ObjectReferenceBuilder()
                .withKind("Node")
                .withName(name)
                .withUid(name)
                .build();
    }
}
