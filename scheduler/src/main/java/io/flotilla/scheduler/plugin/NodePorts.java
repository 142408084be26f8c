package io.flotilla.scheduler.plugin;

import io.flotilla.scheduler.framework.ClusterEvent;
import io.flotilla.scheduler.framework.ClusterEvent.Kind;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.EventHint;
import io.flotilla.scheduler.framework.Filter;
import io.flotilla.scheduler.framework.PreFilter;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.HostPort;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.snapshot.NodeInfo;
import io.flotilla.scheduler.snapshot.Snapshot;
import java.util.List;

/** Keeps pods off nodes where a host port that they need is taken. */
final class NodePorts implements PreFilter, Filter {
    private static final Status TAKEN =
            Status.unschedulable("node(s) didn't have free ports for the requested pod ports");

    @Override
    public String name() {
        return "NodePorts";
    }

    @Override
    public Outcome preFilter(CycleState state, PodInfo pod, Snapshot snapshot) {
        return pod.spec().hostPorts().isEmpty() ? Outcome.SKIP : Outcome.SUCCESS;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return conflict(pod.spec().hostPorts(), node.usedPorts()) ? TAKEN : Status.SUCCESS;
    }

    private static boolean conflict(List<HostPort> wanted, List<HostPort> used) {
        for (int i = 0; i < wanted.size(); i++) {
            for (int j = 0; j < used.size(); j++) {
                if (wanted.get(i).conflictsWith(used.get(j))) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public List<EventHint> eventHints() {
        return List.of(EventHint.on(NodePorts::worthTrying, Kind.NODE_ADD, Kind.ASSIGNED_POD_DELETE));
    }

    private static boolean worthTrying(PodInfo pod, ClusterEvent event) {
        return event.podBefore() == null
                || conflict(pod.spec().hostPorts(), event.podBefore().spec().hostPorts());
    }
}
