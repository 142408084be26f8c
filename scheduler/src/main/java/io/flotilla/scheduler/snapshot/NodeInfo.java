package io.flotilla.scheduler.snapshot;

import io.flotilla.scheduler.object.HostPort;
import io.flotilla.scheduler.object.NodeFacts;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.object.Resources;
import java.util.ArrayList;
import java.util.List;

/**
 * A node with the pods on it and what they take. Immutable: a change makes a new one, so a snapshot shares them with the
 * cache and a what-if costs one copy.
 */
public final class NodeInfo {
    private final NodeFacts node;
    private final List<PodInfo> pods;
    private final Resources requested;
    private final Resources scoringRequested;
    private final List<HostPort> usedPorts;
    private final List<PodInfo> podsWithAffinity;

    private NodeInfo(
            NodeFacts node,
            List<PodInfo> pods,
            Resources requested,
            Resources scoringRequested,
            List<HostPort> usedPorts,
            List<PodInfo> podsWithAffinity) {
        this.node = node;
        this.pods = pods;
        this.requested = requested;
        this.scoringRequested = scoringRequested;
        this.usedPorts = usedPorts;
        this.podsWithAffinity = podsWithAffinity;
    }

    /** Returns the node with these pods on it. */
    public static NodeInfo of(NodeFacts node, Iterable<PodInfo> pods) {
        NodeInfo info = new NodeInfo(node, List.of(), Resources.ZERO, Resources.ZERO, List.of(), List.of());
        for (PodInfo pod : pods) {
            info = info.with(pod);
        }
        return info;
    }

    public NodeInfo with(PodInfo pod) {
        return new NodeInfo(
                node,
                appended(pods, List.of(pod)),
                requested.plus(pod.spec().requests()),
                scoringRequested.plus(pod.spec().scoringRequests()),
                appended(usedPorts, pod.spec().hostPorts()),
                pod.spec().affinity().isEmpty() ? podsWithAffinity : appended(podsWithAffinity, List.of(pod)));
    }

    /** Returns the node without the pod of this UID, which must be there. */
    public NodeInfo without(PodInfo pod) {
        List<PodInfo> left = new ArrayList<>(pods);
        left.removeIf(present -> present.uid().equals(pod.uid()));
        return new NodeInfo(
                node,
                left,
                requested.minus(pod.spec().requests()),
                scoringRequested.minus(pod.spec().scoringRequests()),
                pod.spec().hostPorts().isEmpty()
                        ? usedPorts
                        : left.stream()
                                .flatMap(present -> present.spec().hostPorts().stream())
                                .toList(),
                pod.spec().affinity().isEmpty()
                        ? podsWithAffinity
                        : left.stream()
                                .filter(present -> !present.spec().affinity().isEmpty())
                                .toList());
    }

    /** Returns the same pods on what the node is now. */
    public NodeInfo as(NodeFacts changed) {
        return new NodeInfo(changed, pods, requested, scoringRequested, usedPorts, podsWithAffinity);
    }

    private static <T> List<T> appended(List<T> list, List<T> more) {
        if (more.isEmpty()) {
            return list;
        }
        List<T> all = new ArrayList<>(list.size() + more.size());
        all.addAll(list);
        all.addAll(more);
        return all;
    }

    public NodeFacts node() {
        return node;
    }

    public String name() {
        return node.name();
    }

    /** Returns the pods, which must not be changed. */
    public List<PodInfo> pods() {
        return pods;
    }

    /** Returns the pods that have affinity or anti-affinity to other pods. */
    public List<PodInfo> podsWithAffinity() {
        return podsWithAffinity;
    }

    public Resources requested() {
        return requested;
    }

    /** Returns what is requested with a guess for pods that request nothing. */
    public Resources scoringRequested() {
        return scoringRequested;
    }

    public List<HostPort> usedPorts() {
        return usedPorts;
    }

    @Override
    public String toString() {
        return node.name() + " with " + pods.size() + " pods";
    }
}
