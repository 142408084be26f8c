package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.snapshot.NodeInfo;
import io.flotilla.scheduler.snapshot.Snapshot;
import java.util.Optional;
import java.util.Set;

/** Prepares for filtering, may turn the pod down at once or name the only nodes in question. */
public interface PreFilter extends Plugin {

    /**
     * What came out.
     *
     * @param status SKIP leaves out the plugin's filter for this pod
     * @param nodes the only nodes in question, if the plugin knows them
     */
    record Outcome(Status status, Optional<Set<String>> nodes) {
        public static final Outcome SUCCESS = of(Status.SUCCESS);
        public static final Outcome SKIP = of(Status.SKIP);

        public static Outcome of(Status status) {
            return new Outcome(status, Optional.empty());
        }
    }

    Outcome preFilter(CycleState state, PodInfo pod, Snapshot snapshot);

    /** Brings the state up to date as if another pod were added to the node: for preemption's what-ifs. */
    default void addPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {}

    /** Brings the state up to date as if another pod were gone from the node. */
    default void removePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {}
}
