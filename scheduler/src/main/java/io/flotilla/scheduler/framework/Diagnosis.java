package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.snapshot.NodeInfo;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Why no node would do for a pod. */
public final class Diagnosis {
    private final Map<NodeInfo, Status> nodes = new LinkedHashMap<>();
    private final Set<String> plugins = new LinkedHashSet<>();
    private Status absent = Status.unresolvable();
    private String preFilterMessage = "";

    /** Returns what was said of each node that was looked at. */
    public Map<NodeInfo, Status> nodes() {
        return nodes;
    }

    /** Returns what holds for nodes that were not looked at. */
    public Status absent() {
        return absent;
    }

    /** Returns the names of the plugins that turned the pod down. */
    public Set<String> plugins() {
        return plugins;
    }

    public void rejected(NodeInfo node, Status status, String plugin) {
        nodes.put(node, status);
        plugins.add(plugin);
    }

    /** Notes that some nodes were out of the question from the start. */
    public void absent(Status status) {
        absent = status;
    }

    /** Notes that the pod was turned down before any node was looked at. */
    public void rejectedAtOnce(Status status, Set<String> by) {
        preFilterMessage = status.message();
        absent = status;
        plugins.addAll(by);
    }

    /**
     * Returns Kubernetes' text for a pod that does not fit.
     *
     * @param allNodes how many nodes there are
     * @param postFilterMessage what came of making room, empty for nothing
     */
    public String message(int allNodes, String postFilterMessage) {
        if (allNodes == 0) {
            return "no nodes available to schedule pods";
        }
        StringBuilder message = new StringBuilder("0/").append(allNodes).append(" nodes are available:");
        if (!preFilterMessage.isEmpty()) {
            message.append(' ').append(preFilterMessage).append('.');
        } else {
            String histogram = histogram(allNodes);
            if (!histogram.isEmpty()) {
                message.append(' ').append(histogram).append('.');
            }
        }
        if (!postFilterMessage.isEmpty()) {
            message.append(' ').append(postFilterMessage);
        }
        return message.toString();
    }

    private String histogram(int allNodes) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Status status : nodes.values()) {
            for (String reason : status.reasons()) {
                counts.merge(reason, 1, Integer::sum);
            }
        }
        if (nodes.size() < allNodes) {
            for (String reason : absent.reasons()) {
                counts.merge(reason, allNodes - nodes.size(), Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .sorted()
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
    }
}
