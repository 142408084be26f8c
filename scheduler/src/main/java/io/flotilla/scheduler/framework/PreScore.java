package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.snapshot.NodeInfo;
import io.flotilla.scheduler.snapshot.Snapshot;
import java.util.List;

/** Prepares for scoring; SKIP leaves out the plugin's score for this pod. */
public interface PreScore extends Plugin {
    Status preScore(CycleState state, PodInfo pod, Snapshot snapshot, List<NodeInfo> feasible);
}
