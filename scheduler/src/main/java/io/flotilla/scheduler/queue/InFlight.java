package io.flotilla.scheduler.queue;

import io.flotilla.scheduler.framework.ClusterEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pods that are being scheduled and what has happened meanwhile: a pod that turns out not to fit must not miss the
 * event that made room for it. Guarded by the queue's lock.
 */
final class InFlight {
    private final Map<String, QueuedPod> pods = new LinkedHashMap<>();
    private final Deque<ClusterEvent> events = new ArrayDeque<>();
    private long dropped;

    void begin(QueuedPod pod) {
        pod.eventsSeen = dropped + events.size();
        pods.put(pod.pod().uid(), pod);
    }

    void happened(ClusterEvent event) {
        if (!pods.isEmpty()) {
            events.add(event);
        }
    }

    @Nullable
    QueuedPod get(String uid) {
        return pods.get(uid);
    }

    /** Ends the flight and returns what happened during it; nothing for a pod that was not in flight. */
    List<ClusterEvent> end(QueuedPod pod) {
        if (!pods.remove(pod.pod().uid(), pod)) {
            return List.of();
        }
        List<ClusterEvent> since = new ArrayList<>();
        long index = dropped;
        for (ClusterEvent event : events) {
            if (index++ >= pod.eventsSeen) {
                since.add(event);
            }
        }
        trim();
        return since;
    }

    /** Ends the flight of a pod that needs no more events. */
    void drop(QueuedPod pod) {
        if (pods.remove(pod.pod().uid(), pod)) {
            trim();
        }
    }

    private void trim() {
        if (pods.isEmpty()) {
            dropped += events.size();
            events.clear();
            return;
        }
        long oldest = pods.values().iterator().next().eventsSeen;
        while (dropped < oldest && !events.isEmpty()) {
            events.remove();
            dropped++;
        }
    }
}
