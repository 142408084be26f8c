package io.flotilla.kubelet.status;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.flotilla.kubelet.pod.PodSpecs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The conditions that the kubelet owns. */
final class PodConditions {
    /** Types that the kubelet writes; all others are somebody else's. */
    static final Set<String> OWNED =
            Set.of("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled");

    private PodConditions() {}

    static List<PodCondition> of(
            Pod pod, List<PodCondition> present, List<ContainerStatus> statuses, String phase, boolean sandboxReady) {
        PodCondition containersReady = containersReady(pod, statuses, phase);
        return List.of(
                condition("PodReadyToStartContainers", sandboxReady, "", ""),
                initialized(pod, statuses, phase),
                ready(pod, present, containersReady),
                containersReady,
                condition("PodScheduled", true, "", ""));
    }

    private static PodCondition initialized(Pod pod, List<ContainerStatus> statuses, String phase) {
        List<String> incomplete = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (Container container : pod.getSpec().getInitContainers()) {
            Optional<ContainerStatus> status = find(statuses, container);
            if (status.isEmpty()) {
                unknown.add(container.getName());
            } else if (!Boolean.TRUE.equals(
                    PodSpecs.isSidecar(container)
                            ? status.get().getStarted()
                            : status.get().getReady())) {
                incomplete.add(container.getName());
            }
        }
        if (phase.equals("Succeeded") && unknown.isEmpty()) {
            return condition("Initialized", true, "PodCompleted", "");
        }
        String message = message(unknown, "incomplete", incomplete);
        if (message.isEmpty() || anyContainerStarted(pod, statuses)) {
            return condition("Initialized", true, "", "");
        }
        return condition("Initialized", false, "ContainersNotInitialized", message);
    }

    private static boolean anyContainerStarted(Pod pod, List<ContainerStatus> statuses) {
        return pod.getSpec().getContainers().stream()
                .flatMap(container -> find(statuses, container).stream())
                .anyMatch(status -> status.getState().getRunning() != null
                        || status.getState().getTerminated() != null
                        || (status.getLastState() != null
                                && status.getLastState().getTerminated() != null)
                        || status.getRestartCount() > 0);
    }

    private static PodCondition containersReady(Pod pod, List<ContainerStatus> statuses, String phase) {
        List<String> unready = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (Container container : PodSpecs.allContainers(pod)) {
            boolean init = pod.getSpec().getInitContainers().contains(container);
            if (init && !PodSpecs.isSidecar(container)) {
                continue;
            }
            Optional<ContainerStatus> status = find(statuses, container);
            if (status.isEmpty()) {
                unknown.add(container.getName());
            } else if (!Boolean.TRUE.equals(status.get().getReady())) {
                unready.add(container.getName());
            }
        }
        if (phase.equals("Succeeded") && unknown.isEmpty()) {
            return condition("ContainersReady", false, "PodCompleted", "");
        }
        if (phase.equals("Failed")) {
            return condition("ContainersReady", false, "PodFailed", "");
        }
        String message = message(unknown, "unready", unready);
        return message.isEmpty()
                ? condition("ContainersReady", true, "", "")
                : condition("ContainersReady", false, "ContainersNotReady", message);
    }

    private static PodCondition ready(Pod pod, List<PodCondition> present, PodCondition containersReady) {
        if (!containersReady.getStatus().equals("True")) {
            return new PodConditionBuilder(containersReady).withType("Ready").build();
        }
        List<String> messages = new ArrayList<>();
        for (PodReadinessGate gate : pod.getSpec().getReadinessGates()) {
            String type = gate.getConditionType();
            Optional<PodCondition> condition =
                    present.stream().filter(c -> c.getType().equals(type)).findFirst();
            if (condition.isEmpty()) {
                messages.add("corresponding condition of pod readiness gate \"" + type + "\" does not exist.");
            } else if (!condition.get().getStatus().equals("True")) {
                messages.add("the status of pod readiness gate \"" + type + "\" is not \"True\", but "
                        + condition.get().getStatus());
            }
        }
        return messages.isEmpty()
                ? condition("Ready", true, "", "")
                : condition("Ready", false, "ReadinessGatesNotReady", String.join(", ", messages));
    }

    private static String message(List<String> unknown, String word, List<String> names) {
        List<String> parts = new ArrayList<>();
        if (!unknown.isEmpty()) {
            parts.add("containers with unknown status: [" + String.join(" ", unknown) + "]");
        }
        if (!names.isEmpty()) {
            parts.add("containers with " + word + " status: [" + String.join(" ", names) + "]");
        }
        return String.join(", ", parts);
    }

    private static Optional<ContainerStatus> find(List<ContainerStatus> statuses, Container container) {
        return statuses.stream()
                .filter(status -> status.getName().equals(container.getName()))
                .findFirst();
    }

    private static PodCondition condition(String type, boolean holds, String reason, String message) {
        return new PodConditionBuilder()
                .withType(type)
                .withStatus(holds ? "True" : "False")
                .withReason(reason.isEmpty() ? null : reason)
                .withMessage(message.isEmpty() ? null : message)
                .build();
    }
}
