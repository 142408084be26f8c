package io.flotilla.scheduler.snapshot;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The nodes as one scheduling cycle sees them. Only {@link Cache#update} changes it, between cycles, and touches no more
 * than what has changed since. Used by one thread.
 */
public final class Snapshot {
    private final List<NodeInfo> nodes = new ArrayList<>();
    private final Map<String, Integer> positions = new HashMap<>();
    private final Map<String, Integer> imageNodes = new HashMap<>();
    private int nodesWithAffinity;
    long generation;

    /** Returns the nodes, those of different zones in turn. */
    public List<NodeInfo> nodes() {
        return nodes;
    }

    public Optional<NodeInfo> node(String name) {
        Integer position = positions.get(name);
        return position == null ? Optional.empty() : Optional.of(nodes.get(position));
    }

    /** Returns how many nodes have an image. */
    public int nodesWithImage(String image) {
        return imageNodes.getOrDefault(image, 0);
    }

    /** Says whether any pod in the cluster has affinity or anti-affinity to other pods. */
    public boolean hasPodsWithAffinity() {
        return nodesWithAffinity > 0;
    }

    void reset(List<NodeInfo> all, Map<String, Integer> images) {
        nodes.clear();
        positions.clear();
        nodesWithAffinity = 0;
        for (NodeInfo node : all) {
            positions.put(node.name(), nodes.size());
            nodes.add(node);
            nodesWithAffinity += node.podsWithAffinity().isEmpty() ? 0 : 1;
        }
        imageNodes.clear();
        imageNodes.putAll(images);
    }

    void replace(NodeInfo node) {
        Integer position = positions.get(node.name());
        if (position != null) {
            NodeInfo before = nodes.set(position, node);
            nodesWithAffinity += (node.podsWithAffinity().isEmpty() ? 0 : 1)
                    - (before.podsWithAffinity().isEmpty() ? 0 : 1);
        }
    }
}
