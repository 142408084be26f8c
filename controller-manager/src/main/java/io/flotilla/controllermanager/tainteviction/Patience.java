package io.flotilla.controllermanager.tainteviction;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import io.flotilla.controllermanager.controller.Taints;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How long a pod may stay on a node with taints NoExecute. */
final class Patience {
    private Patience() {}

    static List<Taint> evicting(Node node) {
        return Taints.of(node).stream()
                .filter(taint -> Taints.NO_EXECUTE.equals(taint.getEffect()))
                .toList();
    }

    /**
     * Returns the shortest time that the pod's tolerations grant: zero where it does not tolerate a taint, nothing where it
     * may stay for ever.
     */
    static Optional<Duration> of(Pod pod, List<Taint> taints) {
        List<Toleration> tolerations = pod.getSpec().getTolerations() == null
                ? List.of()
                : pod.getSpec().getTolerations();
        Optional<Duration> shortest = Optional.empty();
        for (Taint taint : taints) {
            List<Toleration> matching = tolerations.stream()
                    .filter(toleration -> Taints.tolerates(toleration, taint))
                    .toList();
            if (matching.isEmpty()) {
                return Optional.of(Duration.ZERO);
            }
            // The first one that tolerates a taint is the one that counts for it.
            Long seconds = matching.getFirst().getTolerationSeconds();
            if (seconds != null) {
                Duration granted = Duration.ofSeconds(Math.max(0, seconds));
                shortest =
                        shortest.filter(known -> known.compareTo(granted) <= 0).or(() -> Optional.of(granted));
            }
        }
        return shortest;
    }
}
