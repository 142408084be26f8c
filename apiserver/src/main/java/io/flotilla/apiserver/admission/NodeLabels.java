package io.flotilla.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The labels that a node's agent may not set by itself: by them, work is kept from nodes or drawn to them. */
final class NodeLabels {
    private static final String RESTRICTED = "node-restriction.kubernetes.io";
    private static final List<String> KUBERNETES = List.of("kubernetes.io", "k8s.io");

    /** What agents have always told of their machine. */
    private static final Set<String> OF_AGENTS = Set.of(
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
            "topology.kubernetes.io/region",
            "failure-domain.beta.kubernetes.io/zone",
            "failure-domain.beta.kubernetes.io/region",
            "beta.kubernetes.io/instance-type",
            "node.kubernetes.io/instance-type",
            "kubernetes.io/os",
            "kubernetes.io/arch",
            "beta.kubernetes.io/os",
            "beta.kubernetes.io/arch");

    private static final List<String> NAMESPACES_OF_AGENTS = List.of("kubelet.kubernetes.io", "node.kubernetes.io");

    private NodeLabels() {}

    /** Returns the keys, in order, that differ between the two maps and that agents must leave alone. */
    static SortedSet<String> forbidden(JsonNode labels, JsonNode before) {
        SortedSet<String> forbidden = new TreeSet<>();
        addChanged(labels, before, forbidden);
        addChanged(before, labels, forbidden);
        forbidden.removeIf(key -> !isForbidden(key));
        return forbidden;
    }

    private static void addChanged(JsonNode labels, JsonNode others, Set<String> changed) {
        labels.properties().forEach(label -> {
            if (!label.getValue().equals(others.get(label.getKey()))) {
                changed.add(label.getKey());
            }
        });
    }

    private static boolean isForbidden(String key) {
        String namespace = key.substring(0, Math.max(key.indexOf('/'), 0));
        boolean ofAgents = OF_AGENTS.contains(key) || isWithin(namespace, NAMESPACES_OF_AGENTS);
        return isWithin(namespace, List.of(RESTRICTED)) || (isWithin(namespace, KUBERNETES) && !ofAgents);
    }

    private static boolean isWithin(String namespace, List<String> domains) {
        return domains.stream().anyMatch(domain -> namespace.equals(domain) || namespace.endsWith("." + domain));
    }
}
