package io.flotilla.kubelet.status;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.kubelet.pod.PodSpecs;
import java.util.List;
import java.util.Optional;

/** The phase of a pod, from the states of its containers. */
final class PodPhases {
    private PodPhases() {}

    /**
     * Returns the phase.
     *
     * @param statuses of all containers, init containers included
     * @param ended whether no container will be started any more
     */
    static String of(Pod pod, List<ContainerStatus> statuses, boolean ended) {
        int pendingInit = 0;
        int failedInit = 0;
        for (Container container : pod.getSpec().getInitContainers()) {
            Optional<ContainerState> state = state(statuses, container);
            if (PodSpecs.isSidecar(container)) {
                boolean started = find(statuses, container)
                        .map(status -> Boolean.TRUE.equals(status.getStarted()) || status.getRestartCount() > 0)
                        .orElse(false);
                if (!started && state.map(s -> s.getTerminated() == null).orElse(true)) {
                    pendingInit++;
                }
                continue;
            }
            if (state.isEmpty() || state.get().getRunning() != null) {
                pendingInit++;
            } else if (state.get().getTerminated() != null) {
                if (state.get().getTerminated().getExitCode() != 0) {
                    failedInit++;
                }
            } else {
                pendingInit++;
                Optional<ContainerState> last = find(statuses, container).map(ContainerStatus::getLastState);
                if (last.isPresent()
                        && last.get().getTerminated() != null
                        && last.get().getTerminated().getExitCode() != 0) {
                    failedInit++;
                }
            }
        }

        int unknown = 0;
        int running = 0;
        int waiting = 0;
        int stopped = 0;
        int succeeded = 0;
        boolean restarting = false;
        for (Container container : pod.getSpec().getContainers()) {
            Optional<ContainerState> state = state(statuses, container);
            if (state.isEmpty()) {
                unknown++;
            } else if (state.get().getRunning() != null) {
                running++;
            } else if (state.get().getTerminated() != null) {
                stopped++;
                int exitCode = state.get().getTerminated().getExitCode();
                if (exitCode == 0) {
                    succeeded++;
                }
                restarting |= PodSpecs.restartsAfter(pod, container, exitCode);
            } else if (state.get().getWaiting() != null) {
                Optional<ContainerState> last = find(statuses, container).map(ContainerStatus::getLastState);
                if (last.isPresent() && last.get().getTerminated() != null) {
                    stopped++;
                    restarting = true;
                } else {
                    waiting++;
                }
            } else {
                unknown++;
            }
        }

        boolean begun = running + stopped > 0;
        if (failedInit > 0 && (ended || PodSpecs.restartPolicy(pod).equals("Never"))) {
            return "Failed";
        }
        if ((pendingInit > 0 && !begun) || (waiting > 0 && !ended)) {
            return "Pending";
        }
        if (running > 0 && unknown == 0) {
            return "Running";
        }
        if (running == 0 && stopped > 0 && unknown == 0) {
            if (ended) {
                return stopped == succeeded && waiting == 0 ? "Succeeded" : "Failed";
            }
            if (restarting) {
                return "Running";
            }
            return stopped == succeeded ? "Succeeded" : "Failed";
        }
        return ended ? "Failed" : "Pending";
    }

    static boolean isTerminal(String phase) {
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private static Optional<ContainerState> state(List<ContainerStatus> statuses, Container container) {
        return find(statuses, container).map(ContainerStatus::getState);
    }

    private static Optional<ContainerStatus> find(List<ContainerStatus> statuses, Container container) {
        return statuses.stream()
                .filter(status -> status.getName().equals(container.getName()))
                .findFirst();
    }
}
