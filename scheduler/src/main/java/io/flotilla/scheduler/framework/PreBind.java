package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;

/** Does what must be done before the pod is bound. May block. */
public interface PreBind extends Plugin {
    Status preBind(CycleState state, PodInfo pod, String node);
}
