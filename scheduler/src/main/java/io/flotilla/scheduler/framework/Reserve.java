package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;

/** Keeps account of what the pod will take, before it is bound. */
public interface Reserve extends Plugin {
    Status reserve(CycleState state, PodInfo pod, String node);

    /** Undoes a reservation, also one that failed or was never made; must not fail. */
    void unreserve(CycleState state, PodInfo pod, String node);
}
