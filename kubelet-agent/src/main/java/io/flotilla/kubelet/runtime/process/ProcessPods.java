package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.PodAddresses;
import io.flotilla.kubelet.runtime.embedded.PodRuntime;
import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerConfig;
import io.flotilla.proto.cri.ContainerEventType;
import io.flotilla.proto.cri.ContainerStats;
import io.flotilla.proto.cri.ContainerStatus;
import io.flotilla.proto.cri.ExecSyncResponse;
import io.flotilla.proto.cri.LinuxContainerResources;
import io.flotilla.proto.cri.PodSandbox;
import io.flotilla.proto.cri.PodSandboxConfig;
import io.flotilla.proto.cri.PodSandboxStats;
import io.flotilla.proto.cri.PodSandboxStatus;
import io.flotilla.proto.cri.RuntimeCondition;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** CRI's calls on processes: a table of which part answers which. */
final class ProcessPods implements PodRuntime {

    private final Sandboxes sandboxes;
    private final ContainerStore containers;
    private final ContainerLife life;
    private final PodAddresses addresses;
    private final EnterCommand enter;
    private final Cgroups cgroups;
    private final Usage usage;
    private final Isolation isolation;

    ProcessPods(
            Sandboxes sandboxes,
            ContainerStore containers,
            ContainerLife life,
            PodAddresses addresses,
            EnterCommand enter,
            Cgroups cgroups,
            Usage usage,
            Isolation isolation) {
        this.sandboxes = sandboxes;
        this.containers = containers;
        this.life = life;
        this.addresses = addresses;
        this.enter = enter;
        this.cgroups = cgroups;
        this.usage = usage;
        this.isolation = isolation;
    }

    @Override
    public String name() {
        return "flotilla-process";
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
        String kind = switch (isolation) {
            case Isolation.Namespaces() -> "namespaces";
            case Isolation.Plain(String reason) -> "plain processes, because " + reason;
        };
        return Map.of("isolation", kind, "limits", cgroups.available() ? "cgroups" : "not enforced");
    }

    @Override
    public void setPodCidr(String cidr) {
        addresses.setBlock(cidr);
    }

    @Override
    public String runPodSandbox(PodSandboxConfig config) {
        return sandboxes.create(config).id();
    }

    @Override
    public void stopPodSandbox(String sandboxId) {
        sandboxes.find(sandboxId).ifPresent(sandbox -> {
            containers.of(sandbox).forEach(container -> life.stop(container, Duration.ZERO));
            sandboxes.stop(sandbox);
        });
    }

    @Override
    public void removePodSandbox(String sandboxId) {
        sandboxes.find(sandboxId).ifPresent(sandbox -> {
            sandboxes.stop(sandbox);
            containers.of(sandbox).forEach(life::remove);
            sandboxes.remove(sandbox);
        });
    }

    @Override
    public PodSandboxStatus podSandboxStatus(String sandboxId) {
        return sandboxes.get(sandboxId).status();
    }

    @Override
    public List<PodSandbox> podSandboxes() {
        return sandboxes.all().stream().map(Sandbox::summary).toList();
    }

    @Override
    public String createContainer(String sandboxId, ContainerConfig config) {
        ProcessContainer container = containers.create(sandboxes.get(sandboxId), config);
        life.publish(container, ContainerEventType.CONTAINER_CREATED_EVENT);
        return container.id();
    }

    @Override
    public void startContainer(String containerId) {
        life.start(containers.get(containerId));
    }

    @Override
    public void stopContainer(String containerId, Duration grace) {
        containers.find(containerId).ifPresent(container -> life.stop(container, grace));
    }

    @Override
    public void removeContainer(String containerId) {
        containers.find(containerId).ifPresent(life::remove);
    }

    @Override
    public List<Container> containers(String sandboxId) {
        return containers.all().stream()
                .filter(container -> container.sandbox().id().startsWith(sandboxId))
                .map(ProcessContainer::summary)
                .toList();
    }

    @Override
    public ContainerStatus containerStatus(String containerId) {
        return containers.get(containerId).status();
    }

    @Override
    public Map<String, String> containerInfo(String containerId) {
        ProcessContainer container = containers.get(containerId);
        return container.state() instanceof ProcessContainer.State.Running(int shim, int init, var _)
                ? Map.of("pid", Integer.toString(init), "shimPid", Integer.toString(shim))
                : Map.of();
    }

    @Override
    public void updateContainerResources(String containerId, LinuxContainerResources resources) {
        ProcessContainer container = containers.get(containerId);
        cgroups.update(container.files(), resources);
        container.setResources(resources);
    }

    @Override
    public ExecSyncResponse execSync(String containerId, List<String> command, Duration timeout) {
        return ExecSync.run(enter.of(containers.get(containerId), command, false), command, timeout);
    }

    @Override
    public void reopenContainerLog(String containerId) {
        containers.get(containerId).logs().reopen();
    }

    @Override
    public ContainerStats containerStats(String containerId) {
        return usage.of(containers.get(containerId));
    }

    @Override
    public PodSandboxStats podSandboxStats(String sandboxId) {
        return usage.of(sandboxes.get(sandboxId));
    }
}
