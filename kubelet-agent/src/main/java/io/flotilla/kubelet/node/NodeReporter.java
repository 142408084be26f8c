package io.flotilla.kubelet.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.machinery.scheme.ObjectKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the node and keeps its status: looked at every ten seconds, sent when something other than a heartbeat
 * changed, and every five minutes all the same.
 */
public final class NodeReporter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeReporter.class);
    private static final Duration REPORT = Duration.ofMinutes(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(7);

    private final NodeIdentity identity;
    private final Machine machine;
    private final ResourceClient<Node> nodes;
    private final NodeStatuses statuses;
    private final EventRecorder events;
    private final Duration frequency;
    private final Object registering = new Object();
    private volatile @Nullable Node known;
    private volatile boolean closed;
    private volatile long reported;
    private @Nullable Thread thread; // guarded by registering

    /**
     * Makes a reporter that has not begun.
     *
     * @param frequency time between two looks at the status
     */
    public NodeReporter(
            NodeIdentity identity,
            Machine machine,
            ResourceClient<Node> nodes,
            NodeStatuses statuses,
            EventRecorder events,
            Duration frequency) {
        this.identity = identity;
        this.machine = machine;
        this.nodes = nodes;
        this.statuses = statuses;
        this.events = events;
        this.frequency = frequency;
    }

    /** Starts to register and report; returns at once. */
    public void start() {
        synchronized (registering) {
            thread = Thread.ofVirtual().name("node-status").start(this::run);
        }
    }

    /** Returns the node as the API last had it, once it is registered. */
    public Optional<Node> node() {
        return Optional.ofNullable(known);
    }

    private void run() {
        try {
            register();
            events.normal(identity.reference(), "Starting", "Starting kubelet.");
            while (!closed) {
                try {
                    report();
                } catch (ApiException e) {
                    LOG.debug("The node's status could not be sent: {}", e.getMessage());
                } catch (RuntimeException e) {
                    LOG.error("The node's status could not be made", e);
                }
                Thread.sleep(frequency);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void register() throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (!closed) {
            try {
                known = tryRegister();
                LOG.info("Node {} is registered", identity.name());
                return;
            } catch (ApiException e) {
                LOG.info(
                        "Node {} could not be registered and will be tried again: {}", identity.name(), e.getMessage());
            }
            Thread.sleep(pause);
            Duration doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        }
    }

    private Node tryRegister() {
        Node wanted = wanted();
        try {
            Node created = nodes.create(wanted);
            told(new NodeStatus(), wanted.getStatus());
            return created;
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) {
                throw e;
            }
        }
        Node present = nodes.get(ObjectKey.of(identity.name()));
        Map<String, String> missing = new LinkedHashMap<>(wanted.getMetadata().getLabels());
        Map<String, String> labels = present.getMetadata().getLabels() == null
                ? Map.of()
                : present.getMetadata().getLabels();
        missing.entrySet().removeIf(label -> label.getValue().equals(labels.get(label.getKey())));
        if (missing.isEmpty()) {
            return present;
        }
        return nodes.patch(
                ObjectKey.of(identity.name()), Patch.strategicMerge(Map.of("metadata", Map.of("labels", missing))));
    }

    private Node wanted() {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("beta.kubernetes.io/arch", machine.architecture());
        labels.put("beta.kubernetes.io/os", "linux");
        labels.put("kubernetes.io/arch", machine.architecture());
        labels.put("kubernetes.io/hostname", identity.name());
        labels.put("kubernetes.io/os", "linux");
        labels.putAll(identity.labels());
        NodeBuilder node = new NodeBuilder()
                .withNewMetadata()
                .withName(identity.name())
                .withLabels(labels)
                .addToAnnotations("volumes.kubernetes.io/controller-managed-attach-detach", "true")
                .endMetadata()
                .withNewSpec()
                .withTaints(identity.taints())
                .endSpec()
                .withStatus(statuses.now(new NodeStatus()));
        if (!identity.podCidr().isEmpty()) {
            node.editSpec()
                    .withPodCIDR(identity.podCidr())
                    .withPodCIDRs(identity.podCidr())
                    .endSpec();
        }
        return node.build();
    }

    private void report() {
        Node node = known;
        if (node == null) {
            return;
        }
        NodeStatus before = node.getStatus() == null ? new NodeStatus() : node.getStatus();
        NodeStatus now = statuses.now(before);
        long nanos = System.nanoTime();
        if (same(before, now) && nanos - reported < REPORT.toNanos() && reported != 0) {
            return;
        }
        // What is known here may be old: someone else may have written conditions since.
        Node fresh = nodes.get(ObjectKey.of(identity.name()));
        NodeStatus present = fresh.getStatus() == null ? new NodeStatus() : fresh.getStatus();
        now = statuses.now(present);
        ObjectNode patch = ObjectJson.mapper().createObjectNode();
        patch.set("status", change(present, now));
        known = nodes.patch(ObjectKey.of(identity.name()), "status", Patch.strategicMerge(patch));
        reported = nanos;
        told(present, now);
    }

    /** Someone else has written the node. */
    public void observed(Node node) {
        Node before = known;
        if (before != null
                && before.getMetadata().getUid().equals(node.getMetadata().getUid())) {
            known = node;
        }
    }

    private static boolean same(NodeStatus before, NodeStatus now) {
        return ObjectJson.mapper()
                .valueToTree(timeless(before))
                .equals(ObjectJson.mapper().valueToTree(timeless(now)));
    }

    private static Map<String, Object> timeless(NodeStatus status) {
        List<String> conditions = new ArrayList<>();
        for (NodeCondition condition : status.getConditions()) {
            conditions.add(
                    condition.getType() + condition.getStatus() + condition.getReason() + condition.getMessage());
        }
        conditions.sort(null);
        return Map.of(
                "conditions",
                conditions,
                "addresses",
                status.getAddresses(),
                "capacity",
                status.getCapacity() == null ? Map.of() : status.getCapacity(),
                "images",
                status.getImages(),
                "info",
                status.getNodeInfo() == null ? "" : status.getNodeInfo());
    }

    private static ObjectNode change(NodeStatus before, NodeStatus now) {
        JsonNode old = ObjectJson.mapper().valueToTree(before);
        JsonNode wanted = ObjectJson.mapper().valueToTree(now);
        ObjectNode change = ObjectJson.mapper().createObjectNode();
        wanted.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (!value.equals(old.path(field.getKey()))) {
                boolean joined = field.getKey().equals("addresses")
                        && !old.path("addresses").isEmpty();
                change.set(field.getKey(), joined ? replacing(value) : value);
            }
        });
        return change;
    }

    private static ArrayNode replacing(JsonNode values) {
        ArrayNode list = ObjectJson.mapper().createArrayNode();
        list.addObject().put("$patch", "replace");
        values.forEach(list::add);
        return list;
    }

    private void told(NodeStatus before, NodeStatus now) {
        for (NodeCondition condition : now.getConditions()) {
            String status = before.getConditions().stream()
                    .filter(c -> c.getType().equals(condition.getType()))
                    .map(NodeCondition::getStatus)
                    .findFirst()
                    .orElse("");
            if (!status.equals(condition.getStatus())) {
                String reason = reason(condition);
                events.normal(identity.reference(), reason, "Node " + identity.name() + " status is now: " + reason);
            }
        }
    }

    private static String reason(NodeCondition condition) {
        boolean holds = condition.getStatus().equals("True");
        return switch (condition.getType()) {
            case "MemoryPressure" -> holds ? "NodeHasInsufficientMemory" : "NodeHasSufficientMemory";
            case "DiskPressure" -> holds ? "NodeHasDiskPressure" : "NodeHasNoDiskPressure";
            case "PIDPressure" -> holds ? "NodeHasInsufficientPID" : "NodeHasSufficientPID";
            default -> holds ? "NodeReady" : "NodeNotReady";
        };
    }

    @Override
    public void close() {
        closed = true;
        synchronized (registering) {
            if (thread != null) {
                thread.interrupt();
            }
        }
    }
}
