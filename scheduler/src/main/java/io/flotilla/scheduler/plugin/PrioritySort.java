package io.flotilla.scheduler.plugin;

import io.flotilla.scheduler.framework.QueueSort;

/** The higher priority first, among equals who has waited longer. */
final class PrioritySort implements QueueSort {
    @Override
    public String name() {
        return "PrioritySort";
    }

    @Override
    public int compare(Queued a, Queued b) {
        int byPriority =
                Integer.compare(b.pod().spec().priority(), a.pod().spec().priority());
        return byPriority != 0 ? byPriority : Long.signum(a.queuedAt() - b.queuedAt());
    }
}
