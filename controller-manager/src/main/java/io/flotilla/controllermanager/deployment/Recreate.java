package io.flotilla.controllermanager.deployment;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.machinery.informer.Lister;

/** One step of the strategy Recreate: all old pods end before the first new one starts. */
final class Recreate {
    private final Lister<Pod> pods;
    private final Revisions revisions;
    private final Scaling scaling;

    Recreate(Lister<Pod> pods, Revisions revisions, Scaling scaling) {
        this.pods = pods;
        this.revisions = revisions;
        this.scaling = scaling;
    }

    void step(Rollout rollout) {
        boolean scaledDown = false;
        for (ReplicaSet old : Rollout.active(rollout.old())) {
            scaledDown |= scaling.scaleTo(rollout, old, 0);
        }
        if (scaledDown || oldPodsRun(rollout)) {
            return;
        }
        revisions.createNewest(rollout);
        scaling.scaleTo(rollout, rollout.newest().orElseThrow(), rollout.size());
    }

    private boolean oldPodsRun(Rollout rollout) {
        return rollout.old().stream().anyMatch(old -> {
            boolean counted =
                    old.getStatus() != null && Counts.orZero(old.getStatus().getReplicas()) > 0;
            return counted
                    || Caches.ownedBy(pods, old.getMetadata().getUid()).stream()
                            .anyMatch(pod -> !PodStates.isFinished(pod));
        });
    }
}
