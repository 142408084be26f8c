package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.snapshot.Snapshot;

/** Tries to make room once no node was feasible. */
public interface PostFilter extends Plugin {

    /**
     * What came out.
     *
     * @param status success where the pod will fit soon
     * @param nominatedNode node that is being made ready, empty for none
     */
    record Outcome(Status status, String nominatedNode) {}

    Outcome postFilter(CycleState state, PodInfo pod, Snapshot snapshot, Diagnosis diagnosis);
}
