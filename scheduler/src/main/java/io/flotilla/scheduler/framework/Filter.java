package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.snapshot.NodeInfo;

/** Says whether a pod may go to a node. Called for every node: it should allocate nothing where it says yes. */
public interface Filter extends Plugin {
    Status filter(CycleState state, PodInfo pod, NodeInfo node);
}
