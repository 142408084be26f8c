package io.flotilla.kubelet.node;

import io.fabric8.kubernetes.api.model.ContainerImage;
import io.fabric8.kubernetes.api.model.ContainerImageBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.NodeStatusBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriException;
import io.flotilla.machinery.component.FlotillaVersion;
import io.flotilla.proto.cri.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the node's status. */
public final class NodeStatuses {
    private static final int MOST_IMAGES = 50;
    private static final long KEPT_MEMORY = 100L << 20;

    private final NodeIdentity identity;
    private final Machine machine;
    private final Path root;
    private final String runtimeVersion;
    private final Cri cri;
    private final NodeConditions conditions;
    private final Clock clock;

    /**
     * Makes the statuses of a node.
     *
     * @param runtimeVersion as {@code containerd://1.7.0}
     */
    public NodeStatuses(
            NodeIdentity identity, Machine machine, Path root, String runtimeVersion, Cri cri, Clock clock) {
        this.identity = identity;
        this.machine = machine;
        this.root = root;
        this.runtimeVersion = runtimeVersion;
        this.cri = cri;
        this.conditions = new NodeConditions(cri, root);
        this.clock = clock;
    }

    /** Returns what pods may ask of the node. */
    public Map<String, Quantity> allocatable() {
        Map<String, Quantity> resources = new LinkedHashMap<>(capacity());
        resources.put("memory", kibibytes(Math.max(0, machine.memoryBytes() - KEPT_MEMORY)));
        resources.put("ephemeral-storage", new Quantity(Long.toString((long) (diskBytes() * 0.9))));
        return resources;
    }

    private Map<String, Quantity> capacity() {
        Map<String, Quantity> resources = new LinkedHashMap<>();
        resources.put("cpu", new Quantity(Integer.toString(machine.cpus())));
        resources.put("ephemeral-storage", kibibytes(diskBytes()));
        resources.put("hugepages-1Gi", new Quantity("0"));
        resources.put("hugepages-2Mi", new Quantity("0"));
        resources.put("memory", kibibytes(machine.memoryBytes()));
        resources.put("pods", new Quantity(Integer.toString(identity.maxPods())));
        return resources;
    }

    private static Quantity kibibytes(long bytes) {
        return new Quantity(bytes / 1024 + "Ki");
    }

    private long diskBytes() {
        try {
            return Files.getFileStore(root).getTotalSpace();
        } catch (IOException _) {
            return 0;
        }
    }

    /** Returns the status now; transition times go on from the status before. */
    NodeStatus now(NodeStatus before) {
        return new NodeStatusBuilder()
                .withCapacity(capacity())
                .withAllocatable(allocatable())
                .withConditions(conditions(before.getConditions()))
                .addNewAddress(identity.ip(), "InternalIP")
                .addNewAddress(identity.name(), "Hostname")
                .withNewDaemonEndpoints()
                .withNewKubeletEndpoint(identity.port())
                .endDaemonEndpoints()
                .withNewNodeInfo()
                .withMachineID(machine.machineId())
                .withSystemUUID(machine.systemUuid())
                .withBootID(machine.bootId())
                .withKernelVersion(machine.kernelVersion())
                .withOsImage(machine.osImage())
                .withContainerRuntimeVersion(runtimeVersion)
                .withKubeletVersion(FlotillaVersion.GIT_VERSION)
                .withKubeProxyVersion("")
                .withOperatingSystem("linux")
                .withArchitecture(machine.architecture())
                .endNodeInfo()
                .withImages(images())
                .build();
    }

    private List<NodeCondition> conditions(List<NodeCondition> before) {
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        List<NodeCondition> dated = new ArrayList<>();
        for (NodeCondition condition : conditions.now()) {
            Optional<String> since = before.stream()
                    .filter(c -> c.getType().equals(condition.getType())
                            && c.getStatus().equals(condition.getStatus()))
                    .map(NodeCondition::getLastTransitionTime)
                    .findFirst();
            dated.add(new NodeConditionBuilder(condition)
                    .withLastHeartbeatTime(now)
                    .withLastTransitionTime(since.orElse(now))
                    .build());
        }
        return dated;
    }

    private List<ContainerImage> images() {
        try {
            return cri.listImages().stream()
                    .sorted(Comparator.comparingLong(Image::getSize).reversed().thenComparing(Image::getId))
                    .limit(MOST_IMAGES)
                    .map(NodeStatuses::image)
                    .toList();
        } catch (CriException _) {
            return List.of();
        }
    }

    private static ContainerImage image(Image image) {
        List<String> names = new ArrayList<>(image.getRepoDigestsList());
        names.addAll(image.getRepoTagsList());
        return new ContainerImageBuilder()
                .withNames(names)
                .withSizeBytes(image.getSize())
                .build();
    }
}
