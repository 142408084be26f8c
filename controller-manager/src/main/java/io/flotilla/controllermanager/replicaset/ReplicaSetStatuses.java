package io.flotilla.controllermanager.replicaset;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatusBuilder;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.object.LabelSelectors;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Counts the pods of a ReplicaSet into its status. */
final class ReplicaSetStatuses {
    private static final String REPLICA_FAILURE = "ReplicaFailure";

    private final ResourceClient<ReplicaSet> replicaSets;
    private final Clock clock;

    ReplicaSetStatuses(ApiClient client, Clock clock) {
        this.replicaSets = client.resource(ResourceTypes.REPLICA_SETS);
        this.clock = clock;
    }

    /** Writes the status where it differs from the one known. */
    void update(ReplicaSet replicaSet, List<Pod> pods, Optional<ScaleFailure> failure) {
        ReplicaSetStatus status = statusOf(replicaSet, pods, failure);
        if (same(replicaSet.getStatus(), status)) {
            return;
        }
        try {
            write(replicaSet, status);
        } catch (ApiException e) {
            if (!e.isConflict()) {
                throw e;
            }
            ReplicaSet fresh = replicaSets.get(ObjectKey.of(replicaSet));
            if (fresh.getMetadata().getUid().equals(replicaSet.getMetadata().getUid())) {
                write(fresh, status);
            }
        }
    }

    private void write(ReplicaSet replicaSet, ReplicaSetStatus status) {
        replicaSets.updateStatus(
                new ReplicaSetBuilder(replicaSet).withStatus(status).build());
    }

    private ReplicaSetStatus statusOf(ReplicaSet replicaSet, List<Pod> pods, Optional<ScaleFailure> failure) {
        Instant now = clock.instant();
        int minReadySeconds = Counts.orZero(replicaSet.getSpec().getMinReadySeconds());
        List<Pod> active = pods.stream().filter(PodStates::isActive).toList();
        int labeled = 0;
        int ready = 0;
        int available = 0;
        for (Pod pod : active) {
            if (LabelSelectors.matches(
                    replicaSet.getSpec().getTemplate().getMetadata().getLabels(),
                    pod.getMetadata().getLabels())) {
                labeled++;
            }
            if (PodStates.isReady(pod)) {
                ready++;
            }
            if (PodStates.isAvailable(pod, minReadySeconds, now)) {
                available++;
            }
        }
        int terminating = (int) pods.stream()
                .filter(pod -> PodStates.isTerminating(pod) && !PodStates.isFinished(pod))
                .count();
        return new ReplicaSetStatusBuilder()
                .withReplicas(active.size())
                .withFullyLabeledReplicas(Counts.omitZero(labeled))
                .withReadyReplicas(Counts.omitZero(ready))
                .withAvailableReplicas(Counts.omitZero(available))
                .withTerminatingReplicas(terminating)
                .withObservedGeneration(replicaSet.getMetadata().getGeneration())
                .withConditions(conditions(replicaSet, failure))
                .build();
    }

    private List<ReplicaSetCondition> conditions(ReplicaSet replicaSet, Optional<ScaleFailure> failure) {
        List<ReplicaSetCondition> conditions = new ArrayList<>(
                replicaSet.getStatus() == null
                        ? List.of()
                        : replicaSet.getStatus().getConditions());
        boolean known =
                conditions.stream().anyMatch(condition -> condition.getType().equals(REPLICA_FAILURE));
        if (failure.isEmpty()) {
            conditions.removeIf(condition -> condition.getType().equals(REPLICA_FAILURE));
        } else if (!known) {
            conditions.add(new ReplicaSetConditionBuilder()
                    .withType(REPLICA_FAILURE)
                    .withStatus("True")
                    .withReason(failure.get().reason())
                    .withMessage(failure.get().cause().getMessage())
                    .withLastTransitionTime(Times.now(clock))
                    .build());
        }
        return conditions;
    }

    private static boolean same(@org.jspecify.annotations.Nullable ReplicaSetStatus before, ReplicaSetStatus now) {
        return before != null
                && Counts.orZero(before.getReplicas()) == Counts.orZero(now.getReplicas())
                && Counts.orZero(before.getFullyLabeledReplicas()) == Counts.orZero(now.getFullyLabeledReplicas())
                && Counts.orZero(before.getReadyReplicas()) == Counts.orZero(now.getReadyReplicas())
                && Counts.orZero(before.getAvailableReplicas()) == Counts.orZero(now.getAvailableReplicas())
                && Counts.orZero(before.getTerminatingReplicas()) == Counts.orZero(now.getTerminatingReplicas())
                && Counts.orZero(before.getObservedGeneration()) == Counts.orZero(now.getObservedGeneration())
                && before.getConditions().equals(now.getConditions());
    }
}
