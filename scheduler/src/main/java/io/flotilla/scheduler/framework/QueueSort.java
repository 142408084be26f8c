package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;

/** Decides which pod is scheduled next; exactly one plugin of a scheduler does. */
public interface QueueSort extends Plugin {

    /** A pod in the queue. */
    interface Queued {
        PodInfo pod();

        /** Returns when it came into the queue this time: nanoseconds of a monotonic clock. */
        long queuedAt();
    }

    /** Compares as {@link java.util.Comparator} does; the lesser pod comes first. */
    int compare(Queued a, Queued b);
}
