package io.flotilla.scheduler.snapshot;

import io.flotilla.scheduler.object.NodeFacts;
import io.flotilla.scheduler.object.PodInfo;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Nodes and the pods on them, as the API has told and as the scheduler assumes from its own decisions: an assumed pod
 * counts from the decision on, until the API confirms it, it is forgotten, or, after its binding, too much time has passed
 * without a confirmation. Safe from any thread.
 */
public final class Cache {
    private final LongSupplier nanoTime;
    private final long expiry;

    // All below guarded by this.
    private final Map<String, NodeInfo> nodes = new HashMap<>();
    private final Map<String, Map<String, PodInfo>> homeless = new HashMap<>();
    private final Map<String, PodState> pods = new HashMap<>();
    private final Map<String, Integer> imageNodes = new HashMap<>();
    private final Deque<PodState> bound = new ArrayDeque<>();
    private final Set<String> changed = new LinkedHashSet<>();
    private boolean nodesChanged;
    private long generation;

    private static final class PodState {
        PodInfo pod;
        boolean assumed;
        boolean boundAndUnconfirmed;
        long expiresAt;

        PodState(PodInfo pod, boolean assumed) {
            this.pod = pod;
            this.assumed = assumed;
        }
    }

    /**
     * Makes an empty cache.
     *
     * @param expiry how long after its binding an assumed pod is kept without a confirmation
     */
    public Cache(LongSupplier nanoTime, Duration expiry) {
        this.nanoTime = nanoTime;
        this.expiry = expiry.toNanos();
    }

    /** Adds or changes a node. */
    public synchronized void putNode(NodeFacts node) {
        NodeInfo before = nodes.get(node.name());
        if (before == null) {
            Map<String, PodInfo> waiting = homeless.remove(node.name());
            nodes.put(node.name(), NodeInfo.of(node, waiting == null ? List.of() : waiting.values()));
            nodesChanged = true;
        } else {
            nodes.put(node.name(), before.as(node));
            if (!before.node().zone().equals(node.zone())
                    || !before.node().images().keySet().equals(node.images().keySet())) {
                nodesChanged = true;
            }
            countImages(before.node(), -1);
        }
        countImages(node, 1);
        touch(node.name());
    }

    /** Removes a node. Its pods stay known: a node may come back under its name before they are gone. */
    public synchronized void removeNode(String name) {
        NodeInfo before = nodes.remove(name);
        if (before != null) {
            countImages(before.node(), -1);
            nodesChanged = true;
            for (PodInfo pod : before.pods()) {
                homeless.computeIfAbsent(name, _ -> new LinkedHashMap<>()).put(pod.uid(), pod);
            }
        }
    }

    private void countImages(NodeFacts node, int change) {
        for (String image : node.images().keySet()) {
            imageNodes.merge(image, change, (a, b) -> a + b == 0 ? null : a + b);
        }
    }

    /** Adds or changes a pod that is bound, as the API tells it; confirms an assumption. */
    public synchronized void putPod(PodInfo pod) {
        PodState state = pods.get(pod.uid());
        if (state == null) {
            pods.put(pod.uid(), new PodState(pod, false));
            add(pod);
            return;
        }
        remove(state.pod);
        state.pod = pod;
        state.assumed = false;
        state.boundAndUnconfirmed = false;
        add(pod);
    }

    /** Removes a pod; says whether it counted on a node. */
    public synchronized boolean removePod(PodInfo pod) {
        PodState state = pods.remove(pod.uid());
        if (state == null) {
            return false;
        }
        state.boundAndUnconfirmed = false;
        remove(state.pod);
        return true;
    }

    /**
     * Counts a pod on the node that its {@code nodeName} says, before the API knows.
     *
     * @throws IllegalStateException where the pod is counted already
     */
    public synchronized void assume(PodInfo pod) {
        if (pods.containsKey(pod.uid())) {
            throw new IllegalStateException(
                    "pod " + pod.uid() + "(" + pod.key() + ") is in the cache, so can't be assumed");
        }
        pods.put(pod.uid(), new PodState(pod, true));
        add(pod);
    }

    /** Starts the time after which an assumption ends without a confirmation. */
    public synchronized void finishBinding(PodInfo pod) {
        PodState state = pods.get(pod.uid());
        if (state != null && state.assumed) {
            state.boundAndUnconfirmed = true;
            state.expiresAt = nanoTime.getAsLong() + expiry;
            bound.add(state);
        }
    }

    /** Ends an assumption; does nothing where the API has confirmed it. */
    public synchronized void forget(PodInfo pod) {
        PodState state = pods.get(pod.uid());
        if (state != null && state.assumed) {
            pods.remove(pod.uid());
            state.boundAndUnconfirmed = false;
            remove(state.pod);
        }
    }

    /** Says whether the pod counts on a node without the API having said so. */
    public synchronized boolean isAssumed(PodInfo pod) {
        PodState state = pods.get(pod.uid());
        return state != null && state.assumed;
    }

    public synchronized int podCount() {
        return pods.size();
    }

    private void add(PodInfo pod) {
        NodeInfo node = nodes.get(pod.nodeName());
        if (node == null) {
            homeless.computeIfAbsent(pod.nodeName(), _ -> new LinkedHashMap<>()).put(pod.uid(), pod);
        } else {
            nodes.put(pod.nodeName(), node.with(pod));
            touch(pod.nodeName());
        }
    }

    private void remove(PodInfo pod) {
        NodeInfo node = nodes.get(pod.nodeName());
        if (node != null) {
            nodes.put(pod.nodeName(), node.without(pod));
            touch(pod.nodeName());
            return;
        }
        Map<String, PodInfo> waiting = homeless.get(pod.nodeName());
        if (waiting != null && waiting.remove(pod.uid()) != null && waiting.isEmpty()) {
            homeless.remove(pod.nodeName());
        }
    }

    private void touch(String node) {
        generation++;
        changed.add(node);
    }

    /** Brings the one snapshot of this cache up to date. */
    public synchronized void update(Snapshot snapshot) {
        expire();
        if (nodesChanged || snapshot.generation == 0) {
            snapshot.reset(inZoneOrder(), imageNodes);
        } else {
            for (String name : changed) {
                NodeInfo node = nodes.get(name);
                if (node != null) {
                    snapshot.replace(node);
                }
            }
        }
        changed.clear();
        nodesChanged = false;
        snapshot.generation = Math.max(1, generation);
    }

    private void expire() {
        for (PodState first = bound.peek(); first != null; first = bound.peek()) {
            if (first.boundAndUnconfirmed && first.expiresAt - nanoTime.getAsLong() > 0) {
                return;
            }
            bound.remove();
            if (first.boundAndUnconfirmed) {
                forget(first.pod);
            }
        }
    }

    private List<NodeInfo> inZoneOrder() {
        Map<String, List<NodeInfo>> zones = new TreeMap<>();
        for (Map.Entry<String, NodeInfo> entry : new TreeMap<>(nodes).entrySet()) {
            NodeInfo node = entry.getValue();
            zones.computeIfAbsent(node.node().zone(), _ -> new ArrayList<>()).add(node);
        }
        List<NodeInfo> ordered = new ArrayList<>(nodes.size());
        for (int round = 0; ordered.size() < nodes.size(); round++) {
            for (List<NodeInfo> zone : zones.values()) {
                if (round < zone.size()) {
                    ordered.add(zone.get(round));
                }
            }
        }
        return ordered;
    }

    /** Returns the node as the cache has it now. */
    public synchronized @Nullable NodeInfo node(String name) {
        return nodes.get(name);
    }
}
