package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;

/** Hears of pods that were bound. */
public interface PostBind extends Plugin {
    void postBind(CycleState state, PodInfo pod, String node);
}
