package io.flotilla.controllermanager.pod;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which of too many pods go first: those not bound, then by phase, readiness, the cost that users gave them
 * ({@code controller.kubernetes.io/pod-deletion-cost}), how many of their kind share the node, how short they have been
 * ready (in powers of two of seconds, so that luck decides among those of about one age), restarts, and age.
 */
public final class DeletionOrder {
    private static final String COST = "controller.kubernetes.io/pod-deletion-cost";

    private DeletionOrder() {}

    /**
     * Returns the pods in the order in which to delete them.
     *
     * @param related pods of the same workload, whose number on a node counts
     */
    public static List<Pod> sort(Collection<Pod> pods, Collection<Pod> related, Instant now) {
        Map<String, Integer> onNode = new HashMap<>();
        for (Pod pod : related) {
            if (PodStates.isActive(pod)) {
                onNode.merge(PodStates.nodeName(pod), 1, Integer::sum);
            }
        }
        Comparator<Pod> order = Comparator.comparing(
                        (Pod pod) -> !PodStates.nodeName(pod).isEmpty())
                .thenComparingInt(DeletionOrder::phase)
                .thenComparing(PodStates::isReady)
                .thenComparingInt(DeletionOrder::cost)
                .thenComparing(Comparator.comparingInt((Pod pod) -> onNode.getOrDefault(PodStates.nodeName(pod), 0))
                        .reversed())
                .thenComparingInt(pod -> PodStates.isReady(pod) ? magnitude(PodStates.readySince(pod), now) : 0)
                .thenComparing(Comparator.comparingInt(DeletionOrder::restarts).reversed())
                .thenComparingInt(pod -> magnitude(Times.parse(pod.getMetadata().getCreationTimestamp()), now))
                .thenComparing(pod -> pod.getMetadata().getUid());
        return pods.stream().sorted(order).toList();
    }

    private static int phase(Pod pod) {
        return switch (PodStates.phase(pod)) {
            case "Pending" -> 0;
            case "Running" -> 2;
            default -> 1;
        };
    }

    private static int cost(Pod pod) {
        String cost = pod.getMetadata().getAnnotations() == null
                ? null
                : pod.getMetadata().getAnnotations().get(COST);
        try {
            return cost == null ? 0 : Integer.parseInt(cost);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private static int magnitude(Instant since, Instant now) {
        if (since.equals(Instant.EPOCH)) {
            return -1;
        }
        long seconds = Duration.between(since, now).toSeconds();
        return seconds <= 0 ? 0 : 64 - Long.numberOfLeadingZeros(seconds);
    }

    private static int restarts(Pod pod) {
        if (pod.getStatus() == null) {
            return 0;
        }
        return pod.getStatus().getContainerStatuses().stream()
                .map(ContainerStatus::getRestartCount)
                .mapToInt(Counts::orZero)
                .max()
                .orElse(0);
    }
}
