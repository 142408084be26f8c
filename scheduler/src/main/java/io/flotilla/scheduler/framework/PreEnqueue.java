package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;

/** Keeps pods out of the active queue. */
public interface PreEnqueue extends Plugin {
    Status preEnqueue(PodInfo pod);
}
