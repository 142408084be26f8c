package io.flotilla.controllermanager.nodelifecycle;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.flotilla.controllermanager.controller.Taints;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Swaps taints of a node; only those that a predicate names are touched. */
final class NodeTaints {
    private final ResourceClient<Node> nodes;

    NodeTaints(ApiClient client) {
        this.nodes = client.resource(ResourceTypes.NODES);
    }

    /** Returns the taints NoSchedule that the node's conditions and its cordon ask for. */
    static List<Taint> ofConditions(Node node) {
        List<Taint> taints = new ArrayList<>();
        switch (NodeConditions.get(node, "Ready")
                .map(condition -> condition.getStatus())
                .orElse("")) {
            case "False" -> taints.add(Taints.of(Taints.NOT_READY, Taints.NO_SCHEDULE));
            case "Unknown" -> taints.add(Taints.of(Taints.UNREACHABLE, Taints.NO_SCHEDULE));
            default -> {}
        }
        add(taints, node, "MemoryPressure", "node.kubernetes.io/memory-pressure");
        add(taints, node, "DiskPressure", "node.kubernetes.io/disk-pressure");
        add(taints, node, "NetworkUnavailable", "node.kubernetes.io/network-unavailable");
        add(taints, node, "PIDPressure", "node.kubernetes.io/pid-pressure");
        if (node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
            taints.add(Taints.of(Taints.UNSCHEDULABLE, Taints.NO_SCHEDULE));
        }
        return taints;
    }

    private static void add(List<Taint> taints, Node node, String condition, String key) {
        if ("True".equals(NodeConditions.status(node, condition))) {
            taints.add(Taints.of(key, Taints.NO_SCHEDULE));
        }
    }

    /** Says whether a taint is one that follows the node's conditions. */
    static boolean followsConditions(Taint taint) {
        return Taints.NO_SCHEDULE.equals(taint.getEffect())
                && List.of(
                                Taints.NOT_READY,
                                Taints.UNREACHABLE,
                                Taints.UNSCHEDULABLE,
                                "node.kubernetes.io/memory-pressure",
                                "node.kubernetes.io/disk-pressure",
                                "node.kubernetes.io/network-unavailable",
                                "node.kubernetes.io/pid-pressure")
                        .contains(taint.getKey());
    }

    /** Says whether a taint is one that has the pods of a dead node evicted. */
    static boolean evicts(Taint taint) {
        return Taints.NO_EXECUTE.equals(taint.getEffect())
                && (Taints.NOT_READY.equals(taint.getKey()) || Taints.UNREACHABLE.equals(taint.getKey()));
    }

    /** Has the node carry just the wanted ones among the taints that the predicate names; says whether that was a change. */
    boolean swap(Node node, Predicate<Taint> ours, List<Taint> wanted, String now) {
        List<Taint> next = new ArrayList<>();
        boolean changed = false;
        for (Taint present : Taints.of(node)) {
            boolean keep = !ours.test(present) || wanted.stream().anyMatch(taint -> same(taint, present));
            if (keep) {
                next.add(present);
            }
            changed |= !keep;
        }
        for (Taint taint : wanted) {
            if (next.stream().noneMatch(present -> same(taint, present))) {
                next.add(new TaintBuilder(taint).withTimeAdded(now).build());
                changed = true;
            }
        }
        if (changed) {
            write(node, next);
        }
        return changed;
    }

    private static boolean same(Taint one, Taint other) {
        return one.getKey().equals(other.getKey()) && one.getEffect().equals(other.getEffect());
    }

    private void write(Node node, List<Taint> taints) {
        try {
            nodes.patch(
                    ObjectKey.of(node),
                    Patch.merge(Map.of(
                            "metadata",
                            Map.of("resourceVersion", node.getMetadata().getResourceVersion()),
                            "spec",
                            Map.of("taints", taints))));
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
