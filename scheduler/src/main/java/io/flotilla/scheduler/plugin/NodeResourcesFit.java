package io.flotilla.scheduler.plugin;

import io.flotilla.scheduler.framework.ClusterEvent;
import io.flotilla.scheduler.framework.ClusterEvent.Kind;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.EventHint;
import io.flotilla.scheduler.framework.Filter;
import io.flotilla.scheduler.framework.Score;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.NodeFacts;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.object.Resources;
import io.flotilla.scheduler.snapshot.NodeInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps pods off nodes that lack what they request, and prefers nodes with much of their CPU and memory left. */
final class NodeResourcesFit implements Filter, Score {
    private static final int PODS = 1;
    private static final int CPU = 2;
    private static final int MEMORY = 4;
    private static final int EPHEMERAL_STORAGE = 8;
    private static final int UNRESOLVABLE = 16;
    private static final Status[] LACKING = new Status[32];

    static {
        for (int lacking = 1; lacking < LACKING.length; lacking++) {
            LACKING[lacking] = status(lacking, List.of());
        }
    }

    @Override
    public String name() {
        return "NodeResourcesFit";
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        Resources request = pod.spec().requests();
        Resources allocatable = node.node().allocatable();
        Resources requested = node.requested();
        int lacking = node.pods().size() + 1 > node.node().allowedPods() ? PODS : 0;
        lacking |= lack(CPU, request.milliCpu(), requested.milliCpu(), allocatable.milliCpu());
        lacking |= lack(MEMORY, request.memory(), requested.memory(), allocatable.memory());
        lacking |= lack(
                EPHEMERAL_STORAGE,
                request.ephemeralStorage(),
                requested.ephemeralStorage(),
                allocatable.ephemeralStorage());
        if (!request.extended().isEmpty()) {
            return withExtended(lacking, request, requested, allocatable);
        }
        return lacking == 0 ? Status.SUCCESS : LACKING[lacking];
    }

    private static int lack(int resource, long request, long requested, long allocatable) {
        if (request == 0 || request <= allocatable - requested) {
            return 0;
        }
        return request > allocatable ? resource | UNRESOLVABLE : resource;
    }

    private static Status withExtended(int lacking, Resources request, Resources requested, Resources allocatable) {
        int all = lacking;
        List<String> names = new ArrayList<>(0);
        for (Map.Entry<String, Long> entry : request.extended().entrySet()) {
            String name = entry.getKey();
            int lack = lack(
                    0,
                    entry.getValue(),
                    requested.extended().getOrDefault(name, 0L),
                    allocatable.extended().getOrDefault(name, 0L));
            long free = allocatable.extended().getOrDefault(name, 0L)
                    - requested.extended().getOrDefault(name, 0L);
            if (entry.getValue() > 0 && entry.getValue() > free) {
                names.add(name);
                all |= lack;
            }
        }
        if (names.isEmpty()) {
            return all == 0 ? Status.SUCCESS : LACKING[all];
        }
        return status(all, names);
    }

    private static Status status(int lacking, List<String> extended) {
        List<String> reasons = new ArrayList<>();
        if ((lacking & PODS) != 0) {
            reasons.add("Too many pods");
        }
        if ((lacking & CPU) != 0) {
            reasons.add("Insufficient cpu");
        }
        if ((lacking & MEMORY) != 0) {
            reasons.add("Insufficient memory");
        }
        if ((lacking & EPHEMERAL_STORAGE) != 0) {
            reasons.add("Insufficient ephemeral-storage");
        }
        for (String name : extended) {
            reasons.add("Insufficient " + name);
        }
        return new Status(
                (lacking & UNRESOLVABLE) != 0 ? Status.Code.UNSCHEDULABLE_AND_UNRESOLVABLE : Status.Code.UNSCHEDULABLE,
                List.copyOf(reasons));
    }

    /** LeastAllocated: the mean of the free shares of CPU and memory. */
    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        Resources request = pod.spec().scoringRequests();
        Resources requested = node.scoringRequested();
        Resources allocatable = node.node().allocatable();
        long sum = 0;
        int counted = 0;
        if (allocatable.milliCpu() > 0) {
            sum += free(requested.milliCpu() + request.milliCpu(), allocatable.milliCpu());
            counted++;
        }
        if (allocatable.memory() > 0) {
            sum += free(requested.memory() + request.memory(), allocatable.memory());
            counted++;
        }
        return counted == 0 ? 0 : sum / counted;
    }

    private static long free(long requested, long capacity) {
        return requested > capacity ? 0 : (capacity - requested) * MAX / capacity;
    }

    @Override
    public List<EventHint> eventHints() {
        return List.of(
                EventHint.on(
                        (_, event) -> event.podBefore() != null
                                && !event.podBefore().nodeName().isEmpty(),
                        Kind.ASSIGNED_POD_DELETE),
                EventHint.on(NodeResourcesFit::freed, Kind.ASSIGNED_POD_UPDATE, Kind.UNSCHEDULED_POD_UPDATE),
                EventHint.on(NodeResourcesFit::grown, Kind.NODE_ADD, Kind.NODE_ALLOCATABLE));
    }

    /** Says whether a pod, this one or one on a node, asks for less than before. */
    private static boolean freed(PodInfo pod, ClusterEvent event) {
        if (event.podBefore() == null || event.pod() == null) {
            return true;
        }
        Resources saved =
                event.podBefore().spec().requests().minus(event.pod().spec().requests());
        return saved.milliCpu() > 0
                || saved.memory() > 0
                || saved.ephemeralStorage() > 0
                || saved.extended().values().stream().anyMatch(amount -> amount > 0);
    }

    private static boolean grown(PodInfo pod, ClusterEvent event) {
        if (!fitsEmpty(event.node(), pod)) {
            return false;
        }
        if (event.nodeBefore() == null || event.node() == null || !fitsEmpty(event.nodeBefore(), pod)) {
            return true;
        }
        Resources before = event.nodeBefore().allocatable();
        Resources now = event.node().allocatable();
        Resources request = pod.spec().requests();
        return event.node().allowedPods() > event.nodeBefore().allowedPods()
                || (request.milliCpu() > 0 && now.milliCpu() > before.milliCpu())
                || (request.memory() > 0 && now.memory() > before.memory())
                || (request.ephemeralStorage() > 0 && now.ephemeralStorage() > before.ephemeralStorage())
                || request.extended().keySet().stream()
                        .anyMatch(name -> now.extended().getOrDefault(name, 0L)
                                > before.extended().getOrDefault(name, 0L));
    }

    private static boolean fitsEmpty(@Nullable NodeFacts node, PodInfo pod) {
        if (node == null || node.allowedPods() < 1) {
            return false;
        }
        Resources allocatable = node.allocatable();
        Resources request = pod.spec().requests();
        return request.milliCpu() <= allocatable.milliCpu()
                && request.memory() <= allocatable.memory()
                && request.ephemeralStorage() <= allocatable.ephemeralStorage()
                && request.extended().entrySet().stream()
                        .allMatch(entry ->
                                entry.getValue() <= allocatable.extended().getOrDefault(entry.getKey(), 0L));
    }
}
