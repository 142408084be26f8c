package io.flotilla.controllermanager.deployment;

import io.fabric8.kubernetes.api.model.apps.ReplicaSet;

/**
 * One step of a rolling update: grow the newest replica set as far as the surge allows, or else shrink the others as far as
 * availability allows, those pods first that do not work anyway.
 */
final class RollingUpdate {
    private final Scaling scaling;

    RollingUpdate(Scaling scaling) {
        this.scaling = scaling;
    }

    /** Takes one step; says whether there was one to take. */
    boolean step(Rollout rollout) {
        return sizeNew(rollout) || shrinkOld(rollout);
    }

    private boolean sizeNew(Rollout rollout) {
        ReplicaSet newest = rollout.newest().orElseThrow();
        int present = Rollout.replicas(newest);
        if (present == rollout.size()) {
            return false;
        }
        int size = present > rollout.size() ? rollout.size() : Scaling.sizeOfNew(rollout, present);
        return scaling.scaleTo(rollout, newest, size);
    }

    private boolean shrinkOld(Rollout rollout) {
        if (Rollout.replicas(rollout.old()) == 0) {
            return false;
        }
        ReplicaSet newest = rollout.newest().orElseThrow();
        int minAvailable = rollout.size() - rollout.limits().maxUnavailable();
        int newUnavailable = Rollout.replicas(newest) - Rollout.available(newest);
        int surplus = Rollout.replicas(rollout.all()) - minAvailable - newUnavailable;
        if (surplus <= 0 || countsAreStale(rollout)) {
            return false;
        }
        boolean cleaned = removeUnhealthy(rollout, surplus);
        return removeAvailable(rollout, minAvailable) || cleaned;
    }

    /** A replica set just shrunk still counts pods that are about to go; its next status tells. */
    private static boolean countsAreStale(Rollout rollout) {
        return rollout.all().stream().anyMatch(one -> Rollout.available(one) > Rollout.replicas(one));
    }

    private boolean removeUnhealthy(Rollout rollout, int surplus) {
        int removed = 0;
        for (ReplicaSet old : rollout.old()) {
            int unhealthy = Rollout.replicas(old) - Rollout.available(old);
            int count = Math.min(surplus - removed, unhealthy);
            if (count > 0) {
                scaling.scaleTo(rollout, old, Rollout.replicas(old) - count);
                removed += count;
            }
        }
        return removed > 0;
    }

    private boolean removeAvailable(Rollout rollout, int minAvailable) {
        int spare = Rollout.available(rollout.all()) - minAvailable;
        int removed = 0;
        for (ReplicaSet old : rollout.old()) {
            int count = Math.min(Rollout.replicas(old), spare - removed);
            if (count > 0) {
                scaling.scaleTo(rollout, old, Rollout.replicas(old) - count);
                removed += count;
            }
        }
        return removed > 0;
    }
}
