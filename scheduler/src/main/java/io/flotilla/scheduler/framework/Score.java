package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.snapshot.NodeInfo;
import java.util.List;

/** Rates feasible nodes. */
public interface Score extends Plugin {
    long MAX = 100;

    long score(CycleState state, PodInfo pod, NodeInfo node);

    /**
     * Brings the scores of all feasible nodes into 0 to {@link #MAX}, in place.
     *
     * @param scores one score for each node; what lies beyond is not to be touched
     */
    default void normalize(CycleState state, PodInfo pod, List<NodeInfo> feasible, long[] scores) {}

    /** Scales so that the highest score is {@link #MAX}; reversed, the highest becomes 0. */
    static void scale(long[] scores, int count, boolean reversed) {
        long highest = 0;
        for (int i = 0; i < count; i++) {
            highest = Math.max(highest, scores[i]);
        }
        for (int i = 0; i < count; i++) {
            long scaled = highest == 0 ? 0 : MAX * scores[i] / highest;
            scores[i] = reversed ? MAX - scaled : scaled;
        }
    }
}
