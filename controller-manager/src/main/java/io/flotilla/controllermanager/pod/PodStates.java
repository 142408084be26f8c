package io.flotilla.controllermanager.pod;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.flotilla.controllermanager.controller.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What a pod's status says, as controllers read it. */
public final class PodStates {
    private PodStates() {}

    public static String phase(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return phase == null ? "" : phase;
    }

    public static boolean isTerminating(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    public static boolean isFinished(Pod pod) {
        String phase = phase(pod);
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /** Says whether the pod runs or will run: neither finished nor being deleted. */
    public static boolean isActive(Pod pod) {
        return !isFinished(pod) && !isTerminating(pod);
    }

    public static Optional<PodCondition> condition(Pod pod, String type) {
        if (pod.getStatus() == null) {
            return Optional.empty();
        }
        return pod.getStatus().getConditions().stream()
                .filter(condition -> type.equals(condition.getType()))
                .findFirst();
    }

    public static boolean isReady(Pod pod) {
        return condition(pod, "Ready")
                .map(condition -> "True".equals(condition.getStatus()))
                .orElse(false);
    }

    /** Says whether the pod has been ready for at least that long. */
    public static boolean isAvailable(Pod pod, int minReadySeconds, Instant now) {
        if (!isReady(pod)) {
            return false;
        }
        if (minReadySeconds == 0) {
            return true;
        }
        Instant since = readySince(pod);
        return !since.equals(Instant.EPOCH)
                && !since.plusSeconds(minReadySeconds).isAfter(now);
    }

    /** Returns in how long a ready pod becomes available, or nothing where it is not ready or available already. */
    public static Optional<Duration> untilAvailable(Pod pod, int minReadySeconds, Instant now) {
        if (!isReady(pod) || isAvailable(pod, minReadySeconds, now)) {
            return Optional.empty();
        }
        return Optional.of(Duration.between(now, readySince(pod).plusSeconds(minReadySeconds)));
    }

    /** Returns when the pod became ready, or the epoch where it is not. */
    public static Instant readySince(Pod pod) {
        return condition(pod, "Ready")
                .filter(condition -> "True".equals(condition.getStatus()))
                .map(condition -> Times.parse(condition.getLastTransitionTime()))
                .orElse(Instant.EPOCH);
    }

    public static String nodeName(Pod pod) {
        String name = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return name == null ? "" : name;
    }
}
