package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;

/** Binds a pod to its node. May block. SKIP leaves the pod to the next plugin. */
public interface Bind extends Plugin {
    Status bind(CycleState state, PodInfo pod, String node);
}
