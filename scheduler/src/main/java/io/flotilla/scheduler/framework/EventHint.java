package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;
import java.util.EnumSet;
import java.util.Set;

/** Tells for kinds of events whether one of them is a reason to try a pod again that the plugin turned down. */
public record EventHint(Set<ClusterEvent.Kind> kinds, Worth worth) {

    /** Decides on one event; must be quick, and say yes when in doubt. */
    @FunctionalInterface
    public interface Worth {
        boolean trying(PodInfo pod, ClusterEvent event);
    }

    public static EventHint on(Worth worth, ClusterEvent.Kind first, ClusterEvent.Kind... more) {
        return new EventHint(EnumSet.of(first, more), worth);
    }
}
