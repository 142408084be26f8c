package io.flotilla.kubelet.node;

import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriException;
import io.flotilla.proto.cri.RuntimeCondition;
import io.flotilla.proto.cri.RuntimeStatus;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The conditions of the node, by the kubelet's default thresholds, which have none for process IDs. */
final class NodeConditions {
    private static final long LEAST_MEMORY = 100L << 20;
    private static final double LEAST_DISK = 0.10;

    private final Cri cri;
    private final Path root;

    NodeConditions(Cri cri, Path root) {
        this.cri = cri;
        this.root = root;
    }

    /** Returns the conditions, without times. */
    List<NodeCondition> now() {
        return List.of(
                pressure(
                        "MemoryPressure",
                        Machine.memory("MemAvailable") < LEAST_MEMORY,
                        "KubeletHasSufficientMemory",
                        "kubelet has sufficient memory available",
                        "KubeletHasInsufficientMemory",
                        "kubelet has insufficient memory available"),
                pressure(
                        "DiskPressure",
                        diskIsFull(),
                        "KubeletHasNoDiskPressure",
                        "kubelet has no disk pressure",
                        "KubeletHasDiskPressure",
                        "kubelet has disk pressure"),
                pressure(
                        "PIDPressure",
                        false,
                        "KubeletHasSufficientPID",
                        "kubelet has sufficient PID available",
                        "KubeletHasInsufficientPID",
                        "kubelet has insufficient PID available"),
                ready());
    }

    private static NodeCondition pressure(
            String type, boolean holds, String fine, String fineMessage, String bad, String badMessage) {
        return condition(type, holds, holds ? bad : fine, holds ? badMessage : fineMessage);
    }

    private boolean diskIsFull() {
        try {
            FileStore store = Files.getFileStore(root);
            return store.getUsableSpace() < store.getTotalSpace() * LEAST_DISK;
        } catch (IOException _) {
            return false;
        }
    }

    private NodeCondition ready() {
        StringBuilder problems = new StringBuilder();
        try {
            RuntimeStatus status = cri.status();
            for (RuntimeCondition condition : status.getConditionsList()) {
                if (!condition.getStatus()) {
                    String what = condition.getType().equals("NetworkReady")
                            ? "container runtime network not ready: NetworkReady"
                            : "container runtime not ready: " + condition.getType();
                    problems.append(problems.isEmpty() ? "" : ", ")
                            .append(what)
                            .append("=false reason:")
                            .append(condition.getReason())
                            .append(" message:")
                            .append(condition.getMessage());
                }
            }
        } catch (CriException e) {
            problems.append("container runtime is down: ").append(e.getMessage());
        }
        return problems.isEmpty()
                ? condition("Ready", true, "KubeletReady", "kubelet is posting ready status")
                : condition("Ready", false, "KubeletNotReady", problems.toString());
    }

    private static NodeCondition condition(String type, boolean holds, String reason, String message) {
        return new NodeConditionBuilder()
                .withType(type)
                .withStatus(holds ? "True" : "False")
                .withReason(reason)
                .withMessage(message)
                .build();
    }
}
