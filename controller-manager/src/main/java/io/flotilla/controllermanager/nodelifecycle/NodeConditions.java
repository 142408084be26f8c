package io.flotilla.controllermanager.nodelifecycle;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Conditions of nodes, and what becomes of them when the node is not heard of. */
final class NodeConditions {
    private static final List<String> JUDGED = List.of("Ready", "MemoryPressure", "DiskPressure", "PIDPressure");

    private NodeConditions() {}

    static Optional<NodeCondition> get(Node node, String type) {
        if (node.getStatus() == null) {
            return Optional.empty();
        }
        return node.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
    }

    /** Returns the status of a condition, {@code Unknown} where there is none. */
    static String status(Node node, String type) {
        return get(node, type).map(NodeCondition::getStatus).orElse("Unknown");
    }

    /** Returns the node with all that its agent reports turned Unknown, or nothing where it is so already. */
    static Optional<Node> unknown(Node node, String now) {
        List<NodeCondition> conditions = new ArrayList<>(
                node.getStatus() == null ? List.of() : node.getStatus().getConditions());
        boolean changed = false;
        for (String type : JUDGED) {
            Optional<NodeCondition> present = get(node, type);
            if (present.isEmpty()) {
                conditions.add(new NodeConditionBuilder()
                        .withType(type)
                        .withStatus("Unknown")
                        .withReason("NodeStatusNeverUpdated")
                        .withMessage("Kubelet never posted node status.")
                        .withLastHeartbeatTime(node.getMetadata().getCreationTimestamp())
                        .withLastTransitionTime(now)
                        .build());
                changed = true;
            } else if (!"Unknown".equals(present.get().getStatus())) {
                conditions.replaceAll(condition -> condition.getType().equals(type)
                        ? new NodeConditionBuilder(condition)
                                .withStatus("Unknown")
                                .withReason("NodeStatusUnknown")
                                .withMessage("Kubelet stopped posting node status.")
                                .withLastTransitionTime(now)
                                .build()
                        : condition);
                changed = true;
            }
        }
        if (!changed) {
            return Optional.empty();
        }
        return Optional.of(new NodeBuilder(node)
                .editOrNewStatus()
                .withConditions(conditions)
                .endStatus()
                .build());
    }
}
