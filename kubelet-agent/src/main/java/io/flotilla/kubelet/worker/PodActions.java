package io.flotilla.kubelet.worker;

import io.fabric8.kubernetes.api.model.Container;
import io.flotilla.kubelet.cri.ContainerView;
import java.util.List;

/**
 * The next steps for a pod.
 *
 * @param killSandboxes whether everything that runs of it is to be stopped first
 * @param startSandbox whether it needs a sandbox
 * @param attempt number of that sandbox
 * @param kill containers to stop
 * @param start containers to start, in order
 * @param startInit init container to start, at most one
 */
record PodActions(
        boolean killSandboxes,
        boolean startSandbox,
        int attempt,
        List<Kill> kill,
        List<Container> start,
        List<Container> startInit) {

    /** A container to stop and why, in the words of its Killing event. */
    record Kill(ContainerView container, String message, Reason reason) {}

    enum Reason {
        LIVENESS,
        STARTUP,
        CHANGED,
        UNKNOWN_STATE
    }

    boolean isNothing() {
        return !killSandboxes && !startSandbox && kill.isEmpty() && start.isEmpty() && startInit.isEmpty();
    }
}
