package io.flotilla.controllermanager.nodelifecycle;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.ControllerSettings;
import io.flotilla.controllermanager.controller.Taints;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One look at all nodes: who has been silent too long turns Unknown, the pods of a node that is no longer ready turn not
 * ready, and nodes that are not ready get taints that evict, at a rate that depends on how their zone is doing. While all
 * zones are down nobody is evicted. Confined to one thread.
 */
final class NodeMonitor {
    private static final Logger LOG = LoggerFactory.getLogger(NodeMonitor.class);

    private final Caches caches;
    private final ControllerSettings settings;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final ResourceClient<Node> nodes;
    private final NodeTaints taints;
    private final NotReadyPods notReadyPods;
    private final EventRecorder events;
    private final Heartbeats heartbeats;
    private final Map<String, EvictionBudget> budgets = new HashMap<>();
    private final Map<String, Boolean> wasReady = new HashMap<>();
    private boolean allWereDown;

    NodeMonitor(ControllerContext context, EventRecorder events) {
        this.caches = context.caches();
        this.settings = context.settings();
        this.clock = context.clock();
        this.nanoTime = context.nanoTime();
        this.nodes = context.client().resource(ResourceTypes.NODES);
        this.taints = new NodeTaints(context.client());
        this.notReadyPods = new NotReadyPods(context, events);
        this.events = events;
        this.heartbeats = new Heartbeats(context.nanoTime());
    }

    /** Looks at all nodes once; a node that cannot be dealt with now is dealt with next time. */
    void look() {
        Collection<Node> all = caches.nodes().lister().list();
        announce(all);
        List<Node> judged = new ArrayList<>();
        for (Node node : all) {
            try {
                judged.add(judge(node));
            } catch (ApiException e) {
                LOG.info("Node {} could not be judged: {}", node.getMetadata().getName(), e.getMessage());
                judged.add(node);
            }
        }
        evict(judged);
    }

    private void announce(Collection<Node> all) {
        Set<String> names = new HashSet<>();
        for (Node node : all) {
            String name = node.getMetadata().getName();
            names.add(name);
            if (!heartbeats.knows(name)) {
                tell(
                        node,
                        false,
                        "RegisteredNode",
                        "Node " + name + " event: Registered Node " + name + " in Controller");
            }
        }
        for (String gone : heartbeats.keepOnly(names)) {
            wasReady.remove(gone);
        }
    }

    private Node judge(Node node) {
        Optional<Lease> lease = caches.nodeLeases()
                .lister()
                .get(new ObjectKey(Caches.NODE_LEASES, node.getMetadata().getName()));
        Duration silent = heartbeats.sinceLast(node, lease);
        Duration grace = NodeConditions.get(node, "Ready").isPresent()
                ? settings.nodeMonitorGracePeriod()
                : settings.nodeStartupGracePeriod();
        Node judged = node;
        if (silent.compareTo(grace) > 0) {
            Optional<Node> unknown = NodeConditions.unknown(node, Times.now(clock));
            if (unknown.isPresent()) {
                LOG.info(
                        "Node {} has not been heard of for {} s",
                        node.getMetadata().getName(),
                        silent.toSeconds());
                judged = nodes.updateStatus(unknown.get());
                heartbeats.wrote(judged);
            }
        }
        followReadiness(judged);
        return judged;
    }

    private void followReadiness(Node node) {
        String name = node.getMetadata().getName();
        boolean ready = "True".equals(NodeConditions.status(node, "Ready"));
        boolean before = wasReady.getOrDefault(name, true);
        if (!ready && before && NodeConditions.get(node, "Ready").isPresent()) {
            tell(node, false, "NodeNotReady", "Node " + name + " status is now: NodeNotReady");
        }
        if (!ready && NodeConditions.get(node, "Ready").isPresent()) {
            notReadyPods.mark(node);
        }
        wasReady.put(name, ready);
    }

    private void tell(Node node, boolean warn, String reason, String message) {
        if (warn) {
            events.warning(ObjectReferences.to(ResourceTypes.NODES, node), reason, message);
        } else {
            events.normal(ObjectReferences.to(ResourceTypes.NODES, node), reason, message);
        }
    }

    private void evict(List<Node> all) {
        Map<String, List<Node>> zones = new HashMap<>();
        for (Node node : all) {
            zones.computeIfAbsent(zone(node), _ -> new ArrayList<>()).add(node);
        }
        boolean allDown = !zones.isEmpty();
        for (Map.Entry<String, List<Node>> zone : zones.entrySet()) {
            ZoneState state = state(zone.getValue());
            allDown &= state == ZoneState.FULL_DISRUPTION;
            budgets.computeIfAbsent(zone.getKey(), _ -> new EvictionBudget(nanoTime))
                    .rate(state.evictionRate(zone.getValue().size(), settings));
        }
        if (allDown != allWereDown) {
            LOG.info(allDown ? "All nodes are down: nobody is evicted" : "Not all nodes are down: evictions go on");
        }
        allWereDown = allDown;
        for (Map.Entry<String, List<Node>> zone : zones.entrySet()) {
            for (Node node : zone.getValue()) {
                taint(node, budgets.get(zone.getKey()), allDown);
            }
        }
    }

    private ZoneState state(List<Node> zone) {
        int ready = (int) zone.stream()
                .filter(node -> "True".equals(NodeConditions.status(node, "Ready")))
                .count();
        return ZoneState.of(ready, zone.size() - ready, settings);
    }

    private static String zone(Node node) {
        Map<String, String> labels = node.getMetadata().getLabels();
        return labels == null
                ? ""
                : labels.getOrDefault("topology.kubernetes.io/region", "") + ":"
                        + labels.getOrDefault("topology.kubernetes.io/zone", "");
    }

    private void taint(Node node, EvictionBudget budget, boolean allDown) {
        List<Taint> wanted = allDown ? List.of() : evicting(node);
        boolean has = Taints.of(node).stream().anyMatch(NodeTaints::evicts);
        // Another taint in place of one that is there costs nothing: the pods were to go already.
        if (!wanted.isEmpty() && !has && !budget.tryTake()) {
            return;
        }
        try {
            taints.swap(node, NodeTaints::evicts, wanted, Times.now(clock));
        } catch (ApiException e) {
            LOG.debug("Taints of node {}: {}", node.getMetadata().getName(), e.getMessage());
        }
    }

    private static List<Taint> evicting(Node node) {
        return switch (NodeConditions.get(node, "Ready")
                .map(condition -> condition.getStatus())
                .orElse("")) {
            case "False" -> List.of(Taints.of(Taints.NOT_READY, Taints.NO_EXECUTE));
            case "Unknown" -> List.of(Taints.of(Taints.UNREACHABLE, Taints.NO_EXECUTE));
            default -> List.of();
        };
    }
}
