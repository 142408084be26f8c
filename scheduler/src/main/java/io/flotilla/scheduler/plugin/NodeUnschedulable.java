package io.flotilla.scheduler.plugin;

import io.flotilla.scheduler.framework.ClusterEvent;
import io.flotilla.scheduler.framework.ClusterEvent.Kind;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.EventHint;
import io.flotilla.scheduler.framework.Filter;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.object.Taint;
import io.flotilla.scheduler.object.Toleration;
import io.flotilla.scheduler.snapshot.NodeInfo;
import java.util.List;

/** Keeps pods off cordoned nodes, unless they tolerate the taint that stands for it. */
final class NodeUnschedulable implements Filter {
    private static final Status CORDONED = Status.unresolvable("node(s) were unschedulable");
    private static final Taint TAINT = new Taint("node.kubernetes.io/unschedulable", "", Taint.Effect.NO_SCHEDULE);

    @Override
    public String name() {
        return "NodeUnschedulable";
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return !node.node().unschedulable() || Toleration.tolerated(pod.spec().tolerations(), TAINT)
                ? Status.SUCCESS
                : CORDONED;
    }

    @Override
    public List<EventHint> eventHints() {
        return List.of(EventHint.on(
                NodeUnschedulable::worthTrying, Kind.NODE_ADD, Kind.NODE_TAINT, Kind.UNSCHEDULED_POD_UPDATE));
    }

    private static boolean worthTrying(PodInfo pod, ClusterEvent event) {
        if (event.pod() != null) {
            return Toleration.tolerated(event.pod().spec().tolerations(), TAINT);
        }
        boolean was = event.nodeBefore() != null && !event.nodeBefore().unschedulable();
        return event.node() != null && !event.node().unschedulable() && !was;
    }
}
