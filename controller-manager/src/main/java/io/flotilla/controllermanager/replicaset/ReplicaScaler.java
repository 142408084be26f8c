package io.flotilla.controllermanager.replicaset;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.Refusals;
import io.flotilla.controllermanager.pod.Batches;
import io.flotilla.controllermanager.pod.DeletionOrder;
import io.flotilla.controllermanager.pod.Expectations;
import io.flotilla.controllermanager.pod.PodControl;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.object.OwnerReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the pods that a ReplicaSet lacks and deletes those it has too many, 500 in one go at the most. */
final class ReplicaScaler {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaScaler.class);
    private static final int AT_ONCE = 500;

    private final Caches caches;
    private final Expectations expectations;
    private final PodControl pods;
    private final Clock clock;

    ReplicaScaler(Caches caches, Expectations expectations, PodControl pods, Clock clock) {
        this.caches = caches;
        this.expectations = expectations;
        this.pods = pods;
        this.clock = clock;
    }

    Optional<ScaleFailure> scale(ReplicaSet replicaSet, List<Pod> active) throws InterruptedException {
        int surplus = active.size() - Counts.orZero(replicaSet.getSpec().getReplicas());
        if (surplus < 0) {
            return create(replicaSet, Math.min(-surplus, AT_ONCE)).map(e -> new ScaleFailure("FailedCreate", e));
        }
        if (surplus > 0) {
            return delete(replicaSet, active, Math.min(surplus, AT_ONCE)).map(e -> new ScaleFailure("FailedDelete", e));
        }
        return Optional.empty();
    }

    private Optional<RuntimeException> create(ReplicaSet replicaSet, int count) throws InterruptedException {
        ObjectKey key = ObjectKey.of(replicaSet);
        LOG.debug("ReplicaSet {} lacks pods: creating {}", key, count);
        expectations.expectCreations(key, count);
        OwnerReference controller = OwnerReferences.controllerReference(ResourceTypes.REPLICA_SETS, replicaSet);
        ObjectReference regarding = ObjectReferences.to(ResourceTypes.REPLICA_SETS, replicaSet);
        Pod pod = PodControl.fromTemplate(key.namespace(), replicaSet.getSpec().getTemplate(), controller);
        pod.getMetadata().setGenerateName(key.name() + "-");
        Batches.Outcome outcome = new Batches.Outcome(0, Optional.empty());
        try {
            outcome = Batches.slowStart(count, _ -> pods.create(pod, regarding));
        } finally {
            expectations.creationsGone(key, count - outcome.successes());
        }
        return outcome.failure().filter(failure -> !Refusals.namespaceIsTerminating(failure));
    }

    private Optional<RuntimeException> delete(ReplicaSet replicaSet, List<Pod> active, int count)
            throws InterruptedException {
        ObjectKey key = ObjectKey.of(replicaSet);
        LOG.debug("ReplicaSet {} has too many pods: deleting {}", key, count);
        List<Pod> related = ReplicaSetController.podsOfSiblings(caches, replicaSet);
        List<Pod> surplus = count < active.size()
                ? DeletionOrder.sort(active, related, clock.instant()).subList(0, count)
                : active;
        expectations.expectDeletions(
                key, surplus.stream().map(pod -> pod.getMetadata().getUid()).toList());
        ObjectReference regarding = ObjectReferences.to(ResourceTypes.REPLICA_SETS, replicaSet);
        return Batches.all(surplus.size(), index -> {
                    Pod pod = surplus.get(index);
                    try {
                        pods.delete(pod, regarding);
                    } catch (RuntimeException e) {
                        expectations.deletionObserved(key, pod.getMetadata().getUid());
                        throw e;
                    }
                })
                .failure();
    }
}
