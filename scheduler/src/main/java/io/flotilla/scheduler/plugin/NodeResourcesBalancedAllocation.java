package io.flotilla.scheduler.plugin;

import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.PreScore;
import io.flotilla.scheduler.framework.Score;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.object.Resources;
import io.flotilla.scheduler.snapshot.NodeInfo;
import io.flotilla.scheduler.snapshot.Snapshot;
import java.util.List;

/**
 * Prefers nodes whose used shares of CPU and memory the pod would bring together, rather than apart: the score is 75 where
 * the pod changes nothing, at most 100, at least 50.
 */
final class NodeResourcesBalancedAllocation implements PreScore, Score {
    @Override
    public String name() {
        return "NodeResourcesBalancedAllocation";
    }

    @Override
    public Status preScore(CycleState state, PodInfo pod, Snapshot snapshot, List<NodeInfo> feasible) {
        Resources request = pod.spec().requests();
        return request.milliCpu() == 0 && request.memory() == 0 ? Status.SKIP : Status.SUCCESS;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        Resources allocatable = node.node().allocatable();
        Resources before = node.requested();
        Resources request = pod.spec().requests();
        long with = balance(before.milliCpu() + request.milliCpu(), before.memory() + request.memory(), allocatable);
        long without = balance(before.milliCpu(), before.memory(), allocatable);
        return MAX / 2 + (MAX / 2 + with - without) / 2;
    }

    private static long balance(long milliCpu, long memory, Resources allocatable) {
        if (allocatable.milliCpu() == 0 || allocatable.memory() == 0) {
            return MAX;
        }
        double cpuShare = Math.min(1, (double) milliCpu / allocatable.milliCpu());
        double memoryShare = Math.min(1, (double) memory / allocatable.memory());
        double deviation = Math.abs(cpuShare - memoryShare) / 2;
        return (long) ((1 - deviation) * MAX);
    }
}
