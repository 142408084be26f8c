package io.flotilla.scheduler.plugin;

import io.flotilla.scheduler.framework.ClusterEvent.Kind;
import io.flotilla.scheduler.framework.EventHint;
import io.flotilla.scheduler.framework.PreEnqueue;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.PodInfo;
import java.util.List;

/** Holds pods back that have {@code schedulingGates}. */
final class SchedulingGates implements PreEnqueue {
    @Override
    public String name() {
        return "SchedulingGates";
    }

    @Override
    public Status preEnqueue(PodInfo pod) {
        List<String> gates = pod.spec().gates();
        return gates.isEmpty()
                ? Status.SUCCESS
                : Status.unresolvable("waiting for scheduling gates: [" + String.join(" ", gates) + "]");
    }

    @Override
    public List<EventHint> eventHints() {
        return List.of(EventHint.on(
                (_, event) -> event.pod() != null && event.pod().spec().gates().isEmpty(),
                Kind.UNSCHEDULED_POD_UPDATE));
    }
}
