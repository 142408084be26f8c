package io.flotilla.kubelet.cri;

import io.flotilla.proto.cri.AuthConfig;
import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerConfig;
import io.flotilla.proto.cri.ContainerFilter;
import io.flotilla.proto.cri.ContainerStats;
import io.flotilla.proto.cri.ContainerStatus;
import io.flotilla.proto.cri.ContainerStatusRequest;
import io.flotilla.proto.cri.CreateContainerRequest;
import io.flotilla.proto.cri.ExecSyncRequest;
import io.flotilla.proto.cri.ExecSyncResponse;
import io.flotilla.proto.cri.Image;
import io.flotilla.proto.cri.ImageServiceGrpc;
import io.flotilla.proto.cri.ImageSpec;
import io.flotilla.proto.cri.ImageStatusRequest;
import io.flotilla.proto.cri.ImageStatusResponse;
import io.flotilla.proto.cri.ListContainerStatsRequest;
import io.flotilla.proto.cri.ListContainersRequest;
import io.flotilla.proto.cri.ListImagesRequest;
import io.flotilla.proto.cri.ListPodSandboxRequest;
import io.flotilla.proto.cri.NamespaceMode;
import io.flotilla.proto.cri.NetworkConfig;
import io.flotilla.proto.cri.PodSandbox;
import io.flotilla.proto.cri.PodSandboxConfig;
import io.flotilla.proto.cri.PodSandboxFilter;
import io.flotilla.proto.cri.PodSandboxState;
import io.flotilla.proto.cri.PodSandboxStatus;
import io.flotilla.proto.cri.PodSandboxStatusRequest;
import io.flotilla.proto.cri.PullImageRequest;
import io.flotilla.proto.cri.RemoveContainerRequest;
import io.flotilla.proto.cri.RemoveImageRequest;
import io.flotilla.proto.cri.RemovePodSandboxRequest;
import io.flotilla.proto.cri.ReopenContainerLogRequest;
import io.flotilla.proto.cri.RunPodSandboxRequest;
import io.flotilla.proto.cri.RuntimeConfig;
import io.flotilla.proto.cri.RuntimeServiceGrpc;
import io.flotilla.proto.cri.RuntimeStatus;
import io.flotilla.proto.cri.StartContainerRequest;
import io.flotilla.proto.cri.StatusRequest;
import io.flotilla.proto.cri.StopContainerRequest;
import io.flotilla.proto.cri.StopPodSandboxRequest;
import io.flotilla.proto.cri.UpdateRuntimeConfigRequest;
import io.flotilla.proto.cri.VersionRequest;
import io.flotilla.proto.cri.VersionResponse;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The runtime's calls, blocking and with deadlines. They fail with {@link CriException}. A call ends early when the
 * current {@link Context} is cancelled.
 */
public final class Cri {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime;
    private final ImageServiceGrpc.ImageServiceBlockingStub images;
    private final SandboxIndex index = new SandboxIndex();

    public Cri(Channel channel) {
        runtime = RuntimeServiceGrpc.newBlockingStub(channel);
        images = ImageServiceGrpc.newBlockingStub(channel);
    }

    public VersionResponse version() {
        return call(() -> runtime()
                .version(VersionRequest.newBuilder().setVersion("0.1.0").build()));
    }

    public RuntimeStatus status() {
        return call(() -> runtime().status(StatusRequest.getDefaultInstance()).getStatus());
    }

    public void setPodCidr(String podCidr) {
        var _ = call(() -> runtime()
                .updateRuntimeConfig(UpdateRuntimeConfigRequest.newBuilder()
                        .setRuntimeConfig(RuntimeConfig.newBuilder()
                                .setNetworkConfig(NetworkConfig.newBuilder().setPodCidr(podCidr)))
                        .build()));
    }

    /** Starts a sandbox. Not cut short: the runtime would go on to make one that nobody knows of. */
    public String runSandbox(PodSandboxConfig config, String runtimeHandler) {
        Context current = Context.ROOT.attach();
        String id;
        try {
            id = call(() -> runtime()
                    .runPodSandbox(RunPodSandboxRequest.newBuilder()
                            .setConfig(config)
                            .setRuntimeHandler(runtimeHandler)
                            .build())
                    .getPodSandboxId());
        } finally {
            Context.ROOT.detach(current);
        }
        index.add(config.getMetadata().getUid(), id);
        return id;
    }

    public void stopSandbox(String id) {
        ifPresent(() -> runtime()
                .stopPodSandbox(
                        StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build()));
    }

    public void removeSandbox(String id) {
        ifPresent(() -> runtime()
                .removePodSandbox(
                        RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build()));
        index.remove(id);
    }

    public String createContainer(String sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig) {
        return call(() -> runtime()
                .createContainer(CreateContainerRequest.newBuilder()
                        .setPodSandboxId(sandboxId)
                        .setConfig(config)
                        .setSandboxConfig(sandboxConfig)
                        .build())
                .getContainerId());
    }

    public void startContainer(String id) {
        var _ = call(() -> runtime()
                .startContainer(
                        StartContainerRequest.newBuilder().setContainerId(id).build()));
    }

    /** Stops the container, by force after the grace period. Stopping what is gone succeeds. */
    public void stopContainer(String id, Duration grace) {
        ifPresent(() -> runtime.withDeadlineAfter(grace.plus(TIMEOUT).toMillis(), TimeUnit.MILLISECONDS)
                .stopContainer(StopContainerRequest.newBuilder()
                        .setContainerId(id)
                        .setTimeout(grace.toSeconds())
                        .build()));
    }

    public void removeContainer(String id) {
        ifPresent(() -> runtime()
                .removeContainer(
                        RemoveContainerRequest.newBuilder().setContainerId(id).build()));
    }

    public void reopenLog(String id) {
        var _ = call(() -> runtime()
                .reopenContainerLog(ReopenContainerLogRequest.newBuilder()
                        .setContainerId(id)
                        .build()));
    }

    /** Runs a command to its end; a zero timeout means none. */
    public ExecSyncResponse exec(String id, List<String> command, Duration timeout) {
        RuntimeServiceGrpc.RuntimeServiceBlockingStub stub = timeout.isZero()
                ? runtime
                : runtime.withDeadlineAfter(timeout.plus(TIMEOUT).toMillis(), TimeUnit.MILLISECONDS);
        return call(() -> stub.execSync(ExecSyncRequest.newBuilder()
                .setContainerId(id)
                .addAllCmd(command)
                .setTimeout(timeout.toSeconds())
                .build()));
    }

    public List<ContainerStats> stats() {
        return call(() -> runtime()
                .listContainerStats(ListContainerStatsRequest.getDefaultInstance())
                .getStatsList());
    }

    public List<Image> listImages() {
        return call(() ->
                images().listImages(ListImagesRequest.getDefaultInstance()).getImagesList());
    }

    /** Returns the image if the node has it. */
    public Optional<Image> image(String name) {
        ImageStatusResponse answer = call(() -> images().imageStatus(
                        ImageStatusRequest.newBuilder().setImage(spec(name)).build()));
        return answer.hasImage() && !answer.getImage().getId().isEmpty()
                ? Optional.of(answer.getImage())
                : Optional.empty();
    }

    /** Pulls for as long as it takes; returns the reference to create containers from. */
    public String pull(String name, AuthConfig auth, PodSandboxConfig sandboxConfig) {
        return call(() -> images.pullImage(PullImageRequest.newBuilder()
                        .setImage(spec(name))
                        .setAuth(auth)
                        .setSandboxConfig(sandboxConfig)
                        .build())
                .getImageRef());
    }

    public void removeImage(String id) {
        var _ = call(() -> images().removeImage(
                        RemoveImageRequest.newBuilder().setImage(spec(id)).build()));
    }

    /** Returns what the runtime has of the pod. */
    public PodView pod(String uid, String namespace, String name) {
        List<SandboxView> sandboxes = new ArrayList<>();
        List<ContainerView> containers = new ArrayList<>();
        for (String id : sandboxIds(uid)) {
            sandbox(id).ifPresent(sandboxes::add);
            for (Container container : containersIn(id)) {
                view(container).ifPresent(containers::add);
            }
        }
        sandboxes.sort(Comparator.comparing(SandboxView::createdAt).reversed());
        containers.sort(Comparator.comparing(ContainerView::createdAt)
                .thenComparingInt(ContainerView::restartCount)
                .reversed());
        return new PodView(uid, namespace, name, sandboxes, containers);
    }

    /** Learns of all sandboxes at once: from then on none is looked for by label, which costs a runtime the more it has. */
    public void learnSandboxes() {
        for (PodSandbox sandbox : sandboxes(Map.of())) {
            index.add(sandbox.getLabelsOrDefault(CriLabels.POD_UID, ""), sandbox.getId());
        }
        index.isComplete();
    }

    private Set<String> sandboxIds(String uid) {
        Optional<Set<String>> known = index.of(uid);
        if (known.isPresent()) {
            return known.get();
        }
        sandboxes(Map.of(CriLabels.POD_UID, uid)).forEach(sandbox -> index.add(uid, sandbox.getId()));
        return index.of(uid).orElse(Set.of());
    }

    private List<Container> containersIn(String sandboxId) {
        return call(() -> runtime()
                .listContainers(ListContainersRequest.newBuilder()
                        .setFilter(ContainerFilter.newBuilder().setPodSandboxId(sandboxId))
                        .build())
                .getContainersList());
    }

    /** Returns the sandboxes whose labels match; all of them for no labels. */
    public List<PodSandbox> sandboxes(Map<String, String> selector) {
        return call(() -> runtime()
                .listPodSandbox(ListPodSandboxRequest.newBuilder()
                        .setFilter(PodSandboxFilter.newBuilder().putAllLabelSelector(selector))
                        .build())
                .getItemsList());
    }

    /** Returns the containers whose labels match; all of them for no labels. */
    public List<Container> containers(Map<String, String> selector) {
        return call(() -> runtime()
                .listContainers(ListContainersRequest.newBuilder()
                        .setFilter(ContainerFilter.newBuilder().putAllLabelSelector(selector))
                        .build())
                .getContainersList());
    }

    private Optional<SandboxView> sandbox(String id) {
        try {
            PodSandboxStatus status = call(() -> runtime()
                    .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                            .setPodSandboxId(id)
                            .build())
                    .getStatus());
            List<String> ips = new ArrayList<>();
            if (!status.getNetwork().getIp().isEmpty()) {
                ips.add(status.getNetwork().getIp());
                status.getNetwork().getAdditionalIpsList().forEach(ip -> ips.add(ip.getIp()));
            }
            return Optional.of(new SandboxView(
                    status.getId(),
                    status.getState() == PodSandboxState.SANDBOX_READY,
                    Instant.ofEpochSecond(0, status.getCreatedAt()),
                    status.getMetadata().getAttempt(),
                    List.copyOf(ips),
                    status.getLinux().getNamespaces().getOptions().getNetwork() == NamespaceMode.NODE));
        } catch (CriException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Optional<ContainerView> view(Container listed) {
        try {
            ContainerStatus status = call(() -> runtime()
                    .containerStatus(ContainerStatusRequest.newBuilder()
                            .setContainerId(listed.getId())
                            .build())
                    .getStatus());
            return Optional.of(ContainerView.of(listed, status, TerminationMessages.of(listed, status)));
        } catch (CriException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime() {
        return runtime.withDeadlineAfter(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private ImageServiceGrpc.ImageServiceBlockingStub images() {
        return images.withDeadlineAfter(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static ImageSpec spec(String image) {
        return ImageSpec.newBuilder()
                .setImage(image)
                .setUserSpecifiedImage(image)
                .build();
    }

    private static <T> T call(Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            throw new CriException(e);
        }
    }

    private static void ifPresent(Supplier<?> call) {
        try {
            var _ = call(call);
        } catch (CriException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
