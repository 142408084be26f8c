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
import io.flotilla.scheduler.object.Taint;
import io.flotilla.scheduler.object.Toleration;
import io.flotilla.scheduler.snapshot.NodeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps pods off nodes with taints that they do not tolerate, and prefers nodes without such PreferNoSchedule taints. */
final class TaintToleration implements Filter, Score {
    private static final Status UNTOLERATED = Status.unresolvable("node(s) had untolerated taint(s)");

    @Override
    public String name() {
        return "TaintToleration";
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return admits(node.node(), pod) ? Status.SUCCESS : UNTOLERATED;
    }

    private static boolean admits(@Nullable NodeFacts node, PodInfo pod) {
        if (node == null) {
            return false;
        }
        List<Taint> taints = node.taints();
        for (int i = 0; i < taints.size(); i++) {
            Taint taint = taints.get(i);
            if (taint.effect().forbids() && !Toleration.tolerated(pod.spec().tolerations(), taint)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        long untolerated = 0;
        List<Taint> taints = node.node().taints();
        for (int i = 0; i < taints.size(); i++) {
            Taint taint = taints.get(i);
            if (!taint.effect().forbids() && !Toleration.tolerated(pod.spec().tolerations(), taint)) {
                untolerated++;
            }
        }
        return untolerated;
    }

    @Override
    public void normalize(CycleState state, PodInfo pod, List<NodeInfo> feasible, long[] scores) {
        Score.scale(scores, feasible.size(), true);
    }

    @Override
    public List<EventHint> eventHints() {
        return List.of(EventHint.on(
                TaintToleration::worthTrying, Kind.NODE_ADD, Kind.NODE_TAINT, Kind.UNSCHEDULED_POD_UPDATE));
    }

    private static boolean worthTrying(PodInfo pod, ClusterEvent event) {
        if (event.pod() != null) {
            return event.podBefore() == null
                    || !event.pod()
                            .spec()
                            .tolerations()
                            .equals(event.podBefore().spec().tolerations());
        }
        return admits(event.node(), pod) && !admits(event.nodeBefore(), pod);
    }
}
