package io.flotilla.kubelet.admission;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Collection;
import java.util.Optional;

/** Decides whether the node takes a pod. */
@FunctionalInterface
public interface Admission {

    /** Why a pod is not taken: reason and message of its status. */
    record Refusal(String reason, String message) {}

    /**
     * Returns why the pod is refused, if it is.
     *
     * @param others pods that the node has taken and that still count
     */
    Optional<Refusal> check(Pod pod, Collection<Pod> others);
}
