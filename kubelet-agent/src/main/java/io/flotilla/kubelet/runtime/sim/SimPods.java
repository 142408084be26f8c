package io.flotilla.kubelet.runtime.sim;

import com.google.protobuf.ByteString;
import io.flotilla.kubelet.runtime.embedded.Ids;
import io.flotilla.kubelet.runtime.embedded.Nanos;
import io.flotilla.kubelet.runtime.embedded.PodAddresses;
import io.flotilla.kubelet.runtime.embedded.PodRuntime;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerAttributes;
import io.flotilla.proto.cri.ContainerConfig;
import io.flotilla.proto.cri.ContainerEventType;
import io.flotilla.proto.cri.ContainerStats;
import io.flotilla.proto.cri.ContainerStatus;
import io.flotilla.proto.cri.CpuUsage;
import io.flotilla.proto.cri.ExecSyncResponse;
import io.flotilla.proto.cri.LinuxContainerResources;
import io.flotilla.proto.cri.MemoryUsage;
import io.flotilla.proto.cri.PodSandbox;
import io.flotilla.proto.cri.PodSandboxAttributes;
import io.flotilla.proto.cri.PodSandboxConfig;
import io.flotilla.proto.cri.PodSandboxStats;
import io.flotilla.proto.cri.PodSandboxStatus;
import io.flotilla.proto.cri.RuntimeCondition;
import io.flotilla.proto.cri.UInt64Value;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** CRI's calls on simulated pods. */
final class SimPods implements PodRuntime {

    private final SimStore store;
    private final SimLife life;
    private final SimImages images;
    private final PodAddresses addresses;
    private final InstantSource clock;
    private final RandomGenerator random;

    SimPods(
            SimStore store,
            SimLife life,
            SimImages images,
            PodAddresses addresses,
            InstantSource clock,
            RandomGenerator random) {
        this.store = store;
        this.life = life;
        this.images = images;
        this.addresses = addresses;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public String name() {
        return "flotilla-sim";
    }

    @Override
    public List<RuntimeCondition> conditions() {
        var network = RuntimeCondition.newBuilder().setType("NetworkReady").setStatus(addresses.ready());
        if (!addresses.ready()) {
            network.setReason("NetworkPluginNotReady").setMessage("the node's pod CIDR is not known yet");
        }
        return List.of(
                RuntimeCondition.newBuilder()
                        .setType("RuntimeReady")
                        .setStatus(true)
                        .build(),
                network.build());
    }

    @Override
    public Map<String, String> info() {
        return Map.of("isolation", "simulated");
    }

    @Override
    public void setPodCidr(String cidr) {
        addresses.setBlock(cidr);
    }

    @Override
    public String runPodSandbox(PodSandboxConfig config) {
        if (config.getMetadata().getName().isEmpty()) {
            throw new RuntimeFault(Kind.INVALID, "sandbox config must include metadata");
        }
        String address = SimPod.hostNetwork(config) ? "" : addresses.take();
        var pod = new SimPod(Ids.next(random), config.toByteString(), address, clock.instant());
        store.add(pod);
        return pod.id();
    }

    @Override
    public void stopPodSandbox(String sandboxId) {
        store.findPod(sandboxId).ifPresent(pod -> {
            store.of(pod).forEach(container -> life.stop(container, Duration.ZERO));
            if (pod.ready()) {
                store.stopped(pod);
                addresses.release(pod.address());
            }
        });
    }

    @Override
    public void removePodSandbox(String sandboxId) {
        store.findPod(sandboxId).ifPresent(pod -> {
            stopPodSandbox(sandboxId);
            store.of(pod).forEach(life::remove);
            store.remove(pod);
        });
    }

    @Override
    public PodSandboxStatus podSandboxStatus(String sandboxId) {
        return store.pod(sandboxId).status();
    }

    @Override
    public List<PodSandbox> podSandboxes() {
        return store.pods().stream().map(SimPod::summary).toList();
    }

    @Override
    public String createContainer(String sandboxId, ContainerConfig config) {
        SimPod pod = store.pod(sandboxId);
        if (!pod.ready()) {
            throw new RuntimeFault(Kind.REFUSED, "sandbox \"" + sandboxId + "\" is not running");
        }
        String image = config.getImage().getImage();
        if (images.image(image).isEmpty()) {
            throw new RuntimeFault(Kind.NOT_FOUND, "failed to resolve image \"" + image + "\": not found");
        }
        var container = new SimContainer(Ids.next(random), pod, config.toByteString(), clock.instant());
        store.add(container);
        life.publish(container, ContainerEventType.CONTAINER_CREATED_EVENT);
        return container.id();
    }

    @Override
    public void startContainer(String containerId) {
        life.start(store.container(containerId));
    }

    @Override
    public void stopContainer(String containerId, Duration grace) {
        store.find(containerId).ifPresent(container -> life.stop(container, grace));
    }

    @Override
    public void removeContainer(String containerId) {
        store.find(containerId).ifPresent(life::remove);
    }

    @Override
    public List<Container> containers(String sandboxId) {
        List<SimContainer> found = store.findPod(sandboxId)
                .map(store::of)
                .orElseGet(() -> store.containers().stream()
                        .filter(container -> container.pod().id().startsWith(sandboxId))
                        .toList());
        return found.stream().map(SimContainer::summary).toList();
    }

    @Override
    public ContainerStatus containerStatus(String containerId) {
        return store.container(containerId).status();
    }

    @Override
    public Map<String, String> containerInfo(String containerId) {
        return Map.of("simulated", "true");
    }

    @Override
    public void updateContainerResources(String containerId, LinuxContainerResources resources) {
        store.container(containerId);
    }

    @Override
    public ExecSyncResponse execSync(String containerId, List<String> command, Duration timeout) {
        SimContainer container = running(store.container(containerId));
        boolean success = container.script().probeSucceeds(container.nextProbe());
        return ExecSyncResponse.newBuilder()
                .setStdout(ByteString.copyFromUtf8(SimSessions.answer(container, command)))
                .setExitCode(success ? container.script().execExitCode() : 1)
                .build();
    }

    static SimContainer running(SimContainer container) {
        if (!container.running()) {
            throw new RuntimeFault(
                    Kind.REFUSED, "container is in " + container.status().getState() + " state");
        }
        return container;
    }

    @Override
    public void reopenContainerLog(String containerId) {
        // Each entry opens the log's file anew.
        store.container(containerId);
    }

    @Override
    public ContainerStats containerStats(String containerId) {
        SimContainer container = store.container(containerId);
        var config = container.config();
        Instant now = clock.instant();
        return ContainerStats.newBuilder()
                .setAttributes(ContainerAttributes.newBuilder()
                        .setId(containerId)
                        .setMetadata(config.getMetadata())
                        .putAllLabels(config.getLabelsMap())
                        .putAllAnnotations(config.getAnnotationsMap()))
                .setCpu(CpuUsage.newBuilder().setTimestamp(Nanos.of(now)).setUsageCoreNanoSeconds(cpu(container, now)))
                .setMemory(MemoryUsage.newBuilder().setTimestamp(Nanos.of(now)).setWorkingSetBytes(memory(container)))
                .build();
    }

    /** As if the container had used what its script says since it started. */
    private static UInt64Value cpu(SimContainer container, Instant now) {
        long nanos = container.running()
                ? Duration.between(container.startedAt().orElse(now), now).toNanos()
                : 0;
        return value(container.script().cpu().multiply(BigDecimal.valueOf(nanos)));
    }

    private static UInt64Value memory(SimContainer container) {
        return value(container.running() ? container.script().memory() : BigDecimal.ZERO);
    }

    private static UInt64Value value(BigDecimal value) {
        return UInt64Value.newBuilder().setValue(value.longValue()).build();
    }

    @Override
    public PodSandboxStats podSandboxStats(String sandboxId) {
        var config = store.pod(sandboxId).config();
        return PodSandboxStats.newBuilder()
                .setAttributes(PodSandboxAttributes.newBuilder()
                        .setId(sandboxId)
                        .setMetadata(config.getMetadata())
                        .putAllLabels(config.getLabelsMap())
                        .putAllAnnotations(config.getAnnotationsMap()))
                .build();
    }
}
