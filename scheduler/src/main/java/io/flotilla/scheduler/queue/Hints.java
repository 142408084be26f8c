package io.flotilla.scheduler.queue;

import io.flotilla.scheduler.framework.ClusterEvent;
import io.flotilla.scheduler.framework.EventHint;
import io.flotilla.scheduler.framework.Plugin;
import io.flotilla.scheduler.object.PodInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The plugins' hints by kind of event. */
final class Hints {
    private final Map<ClusterEvent.Kind, Map<String, List<EventHint.Worth>>> byKind =
            new EnumMap<>(ClusterEvent.Kind.class);

    Hints(Collection<? extends Plugin> plugins) {
        for (Plugin plugin : plugins) {
            for (EventHint hint : plugin.eventHints()) {
                for (ClusterEvent.Kind kind : hint.kinds()) {
                    byKind.computeIfAbsent(kind, _ -> new HashMap<>())
                            .computeIfAbsent(plugin.name(), _ -> new ArrayList<>())
                            .add(hint.worth());
                }
            }
        }
    }

    /** Says whether any plugin cares about this kind of event. */
    boolean matter(ClusterEvent.Kind kind) {
        return kind == ClusterEvent.Kind.UNSCHEDULABLE_TIMEOUT || byKind.containsKey(kind);
    }

    /** Says whether a pod that these plugins turned down is worth trying after the event. */
    boolean worthTrying(PodInfo pod, Set<String> rejectedBy, ClusterEvent event) {
        if (event.kind() == ClusterEvent.Kind.UNSCHEDULABLE_TIMEOUT || rejectedBy.isEmpty()) {
            return true;
        }
        Map<String, List<EventHint.Worth>> byPlugin = byKind.get(event.kind());
        if (byPlugin == null) {
            return false;
        }
        for (String plugin : rejectedBy) {
            for (EventHint.Worth worth : byPlugin.getOrDefault(plugin, List.of())) {
                if (worth.trying(pod, event)) {
                    return true;
                }
            }
        }
        return false;
    }
}
