package io.flotilla.scheduler.plugin;

import io.flotilla.scheduler.framework.ClusterEvent.Kind;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.EventHint;
import io.flotilla.scheduler.framework.Filter;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.snapshot.NodeInfo;
import java.util.List;

/** A pod that names its node goes to no other. */
final class NodeName implements Filter {
    private static final Status OTHER_NODE = Status.unresolvable("node(s) didn't match the requested node name");

    @Override
    public String name() {
        return "NodeName";
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return pod.nodeName().isEmpty() || pod.nodeName().equals(node.name()) ? Status.SUCCESS : OTHER_NODE;
    }

    @Override
    public List<EventHint> eventHints() {
        return List.of(EventHint.on((_, _) -> true, Kind.NODE_ADD));
    }
}
