package io.flotilla.controllermanager.deployment;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Sizes of replica sets: sets them, and shares out a change of the Deployment's size in the middle of a rollout. */
final class Scaling {
    private final ResourceClient<ReplicaSet> replicaSets;
    private final EventRecorder events;

    Scaling(ApiClient client, EventRecorder events) {
        this.replicaSets = client.resource(ResourceTypes.REPLICA_SETS);
        this.events = events;
    }

    /** Sets the size and notes the Deployment's; says whether the size changed. */
    boolean scaleTo(Rollout rollout, ReplicaSet replicaSet, int size) {
        int before = Rollout.replicas(replicaSet);
        Map<String, String> annotations = Annotations.withSize(
                Annotations.of(replicaSet),
                rollout.size(),
                rollout.size() + rollout.limits().maxSurge());
        boolean changes = before != size;
        if (!changes && annotations.equals(Annotations.of(replicaSet))) {
            return false;
        }
        rollout.replace(replicaSets.update(new ReplicaSetBuilder(replicaSet)
                .editMetadata()
                .withAnnotations(annotations)
                .endMetadata()
                .editSpec()
                .withReplicas(size)
                .endSpec()
                .build()));
        if (changes) {
            events.normal(
                    ObjectReferences.to(ResourceTypes.DEPLOYMENTS, rollout.deployment()),
                    "ScalingReplicaSet",
                    "Scaled " + (size > before ? "up" : "down") + " replica set "
                            + replicaSet.getMetadata().getName() + " from " + before + " to " + size);
        }
        return changes;
    }

    /** Returns the size that the newest replica set may have now, given its present one. */
    static int sizeOfNew(Rollout rollout, int present) {
        if (!Limits.isRollingUpdate(rollout.deployment())) {
            return rollout.size();
        }
        int room = rollout.size() + rollout.limits().maxSurge() - Rollout.replicas(rollout.all());
        if (room <= 0) {
            return present;
        }
        return present + Math.min(room, rollout.size() - present);
    }

    /** Says whether the Deployment's size has changed since its replica sets were last sized. */
    static boolean isScalingEvent(Rollout rollout) {
        return Rollout.active(rollout.all()).stream()
                .map(Annotations::desiredReplicas)
                .anyMatch(desired -> desired.isPresent() && desired.getAsInt() != rollout.size());
    }

    /** Follows a change of the Deployment's size, in proportion where several replica sets share the pods. */
    void scale(Rollout rollout) {
        Optional<ReplicaSet> only = activeOrLatest(rollout);
        if (only.isPresent()) {
            if (Rollout.replicas(only.get()) != rollout.size()) {
                scaleTo(rollout, only.get(), rollout.size());
            }
            return;
        }
        if (isSaturated(rollout)) {
            for (ReplicaSet old : Rollout.active(rollout.old())) {
                scaleTo(rollout, old, 0);
            }
            return;
        }
        if (Limits.isRollingUpdate(rollout.deployment())) {
            shares(rollout).forEach((replicaSet, size) -> scaleTo(rollout, replicaSet, size));
        }
    }

    private static Optional<ReplicaSet> activeOrLatest(Rollout rollout) {
        List<ReplicaSet> active = Rollout.active(rollout.all());
        return switch (active.size()) {
            case 0 ->
                rollout.newest()
                        .or(() -> rollout.old().isEmpty()
                                ? Optional.empty()
                                : Optional.of(rollout.old().getLast()));
            case 1 -> Optional.of(active.getFirst());
            default -> Optional.empty();
        };
    }

    private static boolean isSaturated(Rollout rollout) {
        return rollout.newest()
                .filter(newest -> {
                    OptionalInt desired = Annotations.desiredReplicas(newest);
                    return Rollout.replicas(newest) == rollout.size()
                            && desired.isPresent()
                            && desired.getAsInt() == rollout.size()
                            && Rollout.available(newest) == rollout.size();
                })
                .isPresent();
    }

    /** Returns the new sizes; what rounding leaves over goes to the largest. */
    static Map<ReplicaSet, Integer> shares(Rollout rollout) {
        List<ReplicaSet> active = new ArrayList<>(Rollout.active(rollout.all()));
        int allowed = rollout.size() > 0 ? rollout.size() + rollout.limits().maxSurge() : 0;
        int change = allowed - Rollout.replicas(active);
        Comparator<ReplicaSet> largest = Comparator.comparingInt(
                        (ReplicaSet replicaSet) -> Rollout.replicas(replicaSet))
                .reversed();
        // Of equal ones the newer grows first and the older shrinks first.
        active.sort(largest.thenComparing(change > 0 ? Rollout.OLDEST_FIRST.reversed() : Rollout.OLDEST_FIRST));
        Map<ReplicaSet, Integer> sizes = new LinkedHashMap<>();
        int given = 0;
        for (ReplicaSet replicaSet : active) {
            int share = change == 0 ? 0 : share(rollout.deployment(), replicaSet, change, given);
            given += share;
            sizes.put(replicaSet, Rollout.replicas(replicaSet) + share);
        }
        if (change != 0 && !active.isEmpty()) {
            int leftover = change - given;
            sizes.computeIfPresent(active.getFirst(), (_, size) -> Math.max(0, size + leftover));
        }
        return sizes;
    }

    private static int share(Deployment deployment, ReplicaSet replicaSet, int change, int given) {
        if (Rollout.replicas(replicaSet) == 0 || change == given) {
            return 0;
        }
        int fraction = fraction(deployment, replicaSet);
        int left = change - given;
        return change > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
    }

    private static int fraction(Deployment deployment, ReplicaSet replicaSet) {
        int present = Rollout.replicas(replicaSet);
        int size = Counts.orZero(deployment.getSpec().getReplicas());
        if (size == 0) {
            return -present;
        }
        int maxNow = size + Limits.of(deployment).maxSurge();
        int noted = Annotations.maxReplicas(replicaSet).orElse(0);
        int maxBefore = noted > 0 ? noted : Counts.orZero(deployment.getStatus().getReplicas());
        if (maxBefore == 0) {
            return 0;
        }
        return (int) Math.round((double) present * maxNow / maxBefore) - present;
    }
}
