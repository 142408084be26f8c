package io.flotilla.scheduler.queue;

import io.flotilla.scheduler.framework.QueueSort;
import io.flotilla.scheduler.object.PodInfo;
import java.util.Set;

/**
 * A pod with its history in the queue. Only the queue changes it, under its lock; whoever has popped it may read it.
 */
public final class QueuedPod implements QueueSort.Queued {
    /** Where the pod is. */
    enum Place {
        ACTIVE,
        BACKOFF,
        UNSCHEDULABLE,
        GATED,
        IN_FLIGHT
    }

    private volatile PodInfo pod;
    final long sequence;
    private final long firstQueuedAt;
    Place place = Place.UNSCHEDULABLE;
    long queuedAt;
    long backoffUntil;
    long eventsSeen;
    private volatile int attempts;
    int rejections;
    int errors;
    Set<String> rejectedBy = Set.of();

    QueuedPod(PodInfo pod, long sequence, long now) {
        this.pod = pod;
        this.sequence = sequence;
        this.firstQueuedAt = now;
        this.queuedAt = now;
    }

    @Override
    public PodInfo pod() {
        return pod;
    }

    void pod(PodInfo now) {
        pod = now;
    }

    @Override
    public long queuedAt() {
        return queuedAt;
    }

    /** Returns how often the pod has been popped. */
    public int attempts() {
        return attempts;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the queue's lock only
    void popped() {
        attempts++;
    }

    /** Returns when the pod first came into the queue: nanoseconds of a monotonic clock. */
    public long firstQueuedAt() {
        return firstQueuedAt;
    }
}
