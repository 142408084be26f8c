package io.flotilla.kubelet;

import io.flotilla.kubelet.worker.PodWorkers;
import org.jspecify.annotations.Nullable;

/** Ties the knot between references, which wake workers, and workers, which hold references. */
final class WorkersLater {
    private volatile @Nullable PodWorkers workers;

    void are(PodWorkers made) {
        workers = made;
    }

    void wake(String uid) {
        PodWorkers made = workers;
        if (made != null) {
            made.wake(uid);
        }
    }
}
