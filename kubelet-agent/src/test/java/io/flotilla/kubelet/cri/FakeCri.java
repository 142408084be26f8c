package io.flotilla.kubelet.cri;

import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerEventResponse;
import io.flotilla.proto.cri.ContainerFilter;
import io.flotilla.proto.cri.ContainerState;
import io.flotilla.proto.cri.ContainerStatus;
import io.flotilla.proto.cri.ContainerStatusRequest;
import io.flotilla.proto.cri.ContainerStatusResponse;
import io.flotilla.proto.cri.CreateContainerRequest;
import io.flotilla.proto.cri.CreateContainerResponse;
import io.flotilla.proto.cri.ExecSyncRequest;
import io.flotilla.proto.cri.ExecSyncResponse;
import io.flotilla.proto.cri.GetEventsRequest;
import io.flotilla.proto.cri.Image;
import io.flotilla.proto.cri.ImageServiceGrpc;
import io.flotilla.proto.cri.ImageStatusRequest;
import io.flotilla.proto.cri.ImageStatusResponse;
import io.flotilla.proto.cri.ListContainersRequest;
import io.flotilla.proto.cri.ListContainersResponse;
import io.flotilla.proto.cri.ListImagesRequest;
import io.flotilla.proto.cri.ListImagesResponse;
import io.flotilla.proto.cri.ListPodSandboxRequest;
import io.flotilla.proto.cri.ListPodSandboxResponse;
import io.flotilla.proto.cri.PodSandbox;
import io.flotilla.proto.cri.PodSandboxNetworkStatus;
import io.flotilla.proto.cri.PodSandboxState;
import io.flotilla.proto.cri.PodSandboxStatus;
import io.flotilla.proto.cri.PodSandboxStatusRequest;
import io.flotilla.proto.cri.PodSandboxStatusResponse;
import io.flotilla.proto.cri.PullImageRequest;
import io.flotilla.proto.cri.PullImageResponse;
import io.flotilla.proto.cri.RemoveContainerRequest;
import io.flotilla.proto.cri.RemoveContainerResponse;
import io.flotilla.proto.cri.RemovePodSandboxRequest;
import io.flotilla.proto.cri.RemovePodSandboxResponse;
import io.flotilla.proto.cri.RunPodSandboxRequest;
import io.flotilla.proto.cri.RunPodSandboxResponse;
import io.flotilla.proto.cri.RuntimeCondition;
import io.flotilla.proto.cri.RuntimeServiceGrpc;
import io.flotilla.proto.cri.RuntimeStatus;
import io.flotilla.proto.cri.StartContainerRequest;
import io.flotilla.proto.cri.StartContainerResponse;
import io.flotilla.proto.cri.StatusRequest;
import io.flotilla.proto.cri.StatusResponse;
import io.flotilla.proto.cri.StopContainerRequest;
import io.flotilla.proto.cri.StopContainerResponse;
import io.flotilla.proto.cri.StopPodSandboxRequest;
import io.flotilla.proto.cri.StopPodSandboxResponse;
import io.flotilla.proto.cri.UpdateRuntimeConfigRequest;
import io.flotilla.proto.cri.UpdateRuntimeConfigResponse;
import io.flotilla.proto.cri.VersionRequest;
import io.flotilla.proto.cri.VersionResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A runtime in memory: containers run until the test says how they end. */
public final class FakeCri implements AutoCloseable {
    /** Images that cannot be pulled. */
    public final Set<String> missingImages = ConcurrentHashMap.newKeySet();

    /** Images that are on the node. */
    public final Set<String> images = ConcurrentHashMap.newKeySet();

    /** What ExecSync answers; by default success. */
    public volatile Function<ExecSyncRequest, ExecSyncResponse> exec = _ -> ExecSyncResponse.getDefaultInstance();

    /** Calls that changed something, as {@code verb name}. */
    public final List<String> calls = new CopyOnWriteArrayList<>();

    /** Configurations of created containers, by container name, newest last. */
    public final Map<String, CreateContainerRequest> created = new ConcurrentHashMap<>();

    private final Map<String, PodSandboxStatus> sandboxes = new LinkedHashMap<>(); // guarded by this
    private final Map<String, ContainerStatus> containers = new LinkedHashMap<>(); // guarded by this
    private final Map<String, String> sandboxOf = new LinkedHashMap<>(); // guarded by this
    private final List<StreamObserver<ContainerEventResponse>> listeners = new ArrayList<>(); // guarded by this
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final Clock clock;
    private final Server server;
    private final ManagedChannel channel;
    private int address = 1; // guarded by this

    public FakeCri() {
        this(Clock.systemUTC());
    }

    public FakeCri(Clock clock) {
        this.clock = clock;
        String name = UUID.randomUUID().toString();
        try {
            server = InProcessServerBuilder.forName(name)
                    .executor(Executors.newVirtualThreadPerTaskExecutor())
                    .addService(new Containers())
                    .addService(new Images())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    public ManagedChannel channel() {
        return channel;
    }

    /** Ends the running container of this name. */
    public synchronized void exit(String name, int exitCode) {
        for (ContainerStatus status : List.copyOf(containers.values())) {
            if (status.getMetadata().getName().equals(name) && status.getState() == ContainerState.CONTAINER_RUNNING) {
                end(status, exitCode);
            }
        }
    }

    public synchronized boolean isRunning(String name) {
        return containers.values().stream()
                .anyMatch(status -> status.getMetadata().getName().equals(name)
                        && status.getState() == ContainerState.CONTAINER_RUNNING);
    }

    public synchronized int sandboxCount() {
        return sandboxes.size();
    }

    public synchronized int containerCount() {
        return containers.size();
    }

    /** Returns how many have ever listened to events; what happened before one came is not told to it. */
    public int subscriptions() {
        return subscriptions.get();
    }

    private void end(ContainerStatus status, int exitCode) {
        containers.put(
                status.getId(),
                status.toBuilder()
                        .setState(ContainerState.CONTAINER_EXITED)
                        .setExitCode(exitCode)
                        .setReason(exitCode == 0 ? "Completed" : "Error")
                        .setFinishedAt(nanos())
                        .build());
        tell(sandboxOf.getOrDefault(status.getId(), ""));
    }

    private void tell(String sandboxId) {
        PodSandboxStatus sandbox = sandboxes.get(sandboxId);
        if (sandbox == null) {
            return;
        }
        ContainerEventResponse event =
                ContainerEventResponse.newBuilder().setPodSandboxStatus(sandbox).build();
        listeners.removeIf(listener -> ((ServerCallStreamObserver<?>) listener).isCancelled());
        listeners.forEach(listener -> listener.onNext(event));
    }

    private long nanos() {
        Instant now = clock.instant();
        return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    private static <T> void answer(StreamObserver<T> observer, T value) {
        observer.onNext(value);
        observer.onCompleted();
    }

    private final class Containers extends RuntimeServiceGrpc.RuntimeServiceImplBase {
        @Override
        public void version(VersionRequest request, StreamObserver<VersionResponse> observer) {
            answer(
                    observer,
                    VersionResponse.newBuilder()
                            .setRuntimeName("fake")
                            .setRuntimeVersion("1.0")
                            .setRuntimeApiVersion("v1")
                            .build());
        }

        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
            answer(
                    observer,
                    StatusResponse.newBuilder()
                            .setStatus(RuntimeStatus.newBuilder()
                                    .addConditions(RuntimeCondition.newBuilder()
                                            .setType("RuntimeReady")
                                            .setStatus(true))
                                    .addConditions(RuntimeCondition.newBuilder()
                                            .setType("NetworkReady")
                                            .setStatus(true)))
                            .build());
        }

        @Override
        public void updateRuntimeConfig(
                UpdateRuntimeConfigRequest request, StreamObserver<UpdateRuntimeConfigResponse> observer) {
            answer(observer, UpdateRuntimeConfigResponse.getDefaultInstance());
        }

        @Override
        public void runPodSandbox(RunPodSandboxRequest request, StreamObserver<RunPodSandboxResponse> observer) {
            String id = UUID.randomUUID().toString();
            synchronized (FakeCri.this) {
                calls.add("sandbox " + request.getConfig().getMetadata().getName());
                sandboxes.put(
                        id,
                        PodSandboxStatus.newBuilder()
                                .setId(id)
                                .setMetadata(request.getConfig().getMetadata())
                                .setState(PodSandboxState.SANDBOX_READY)
                                .setCreatedAt(nanos())
                                .setNetwork(PodSandboxNetworkStatus.newBuilder().setIp("127.1.0." + address++))
                                .putAllLabels(request.getConfig().getLabelsMap())
                                .putAllAnnotations(request.getConfig().getAnnotationsMap())
                                .build());
            }
            answer(
                    observer,
                    RunPodSandboxResponse.newBuilder().setPodSandboxId(id).build());
        }

        @Override
        public void stopPodSandbox(StopPodSandboxRequest request, StreamObserver<StopPodSandboxResponse> observer) {
            synchronized (FakeCri.this) {
                calls.add("stop-sandbox");
                sandboxes.computeIfPresent(
                        request.getPodSandboxId(),
                        (_, status) -> status.toBuilder()
                                .setState(PodSandboxState.SANDBOX_NOTREADY)
                                .build());
                for (ContainerStatus status : List.copyOf(containers.values())) {
                    if (request.getPodSandboxId().equals(sandboxOf.get(status.getId()))
                            && status.getState() == ContainerState.CONTAINER_RUNNING) {
                        end(status, 137);
                    }
                }
                tell(request.getPodSandboxId());
            }
            answer(observer, StopPodSandboxResponse.getDefaultInstance());
        }

        @Override
        public void removePodSandbox(
                RemovePodSandboxRequest request, StreamObserver<RemovePodSandboxResponse> observer) {
            synchronized (FakeCri.this) {
                calls.add("remove-sandbox");
                sandboxes.remove(request.getPodSandboxId());
            }
            answer(observer, RemovePodSandboxResponse.getDefaultInstance());
        }

        @Override
        public void podSandboxStatus(
                PodSandboxStatusRequest request, StreamObserver<PodSandboxStatusResponse> observer) {
            PodSandboxStatus status;
            synchronized (FakeCri.this) {
                status = sandboxes.get(request.getPodSandboxId());
            }
            if (status == null) {
                observer.onError(
                        Status.NOT_FOUND.withDescription("no such sandbox").asRuntimeException());
                return;
            }
            answer(
                    observer,
                    PodSandboxStatusResponse.newBuilder().setStatus(status).build());
        }

        @Override
        public void listPodSandbox(ListPodSandboxRequest request, StreamObserver<ListPodSandboxResponse> observer) {
            ListPodSandboxResponse.Builder list = ListPodSandboxResponse.newBuilder();
            synchronized (FakeCri.this) {
                sandboxes.values().stream()
                        .filter(status -> status.getLabelsMap()
                                .entrySet()
                                .containsAll(request.getFilter()
                                        .getLabelSelectorMap()
                                        .entrySet()))
                        .forEach(status -> list.addItems(PodSandbox.newBuilder()
                                .setId(status.getId())
                                .setMetadata(status.getMetadata())
                                .setState(status.getState())
                                .setCreatedAt(status.getCreatedAt())
                                .putAllLabels(status.getLabelsMap())
                                .putAllAnnotations(status.getAnnotationsMap())));
            }
            answer(observer, list.build());
        }

        @Override
        public void createContainer(CreateContainerRequest request, StreamObserver<CreateContainerResponse> observer) {
            String id = UUID.randomUUID().toString();
            synchronized (FakeCri.this) {
                calls.add("create " + request.getConfig().getMetadata().getName());
                created.put(request.getConfig().getMetadata().getName(), request);
                sandboxOf.put(id, request.getPodSandboxId());
                containers.put(
                        id,
                        ContainerStatus.newBuilder()
                                .setId(id)
                                .setMetadata(request.getConfig().getMetadata())
                                .setState(ContainerState.CONTAINER_CREATED)
                                .setCreatedAt(nanos())
                                .setImage(request.getConfig().getImage())
                                .setImageRef("sha256:"
                                        + request.getConfig().getImage().getImage())
                                .putAllLabels(request.getConfig().getLabelsMap())
                                .putAllAnnotations(request.getConfig().getAnnotationsMap())
                                .addAllMounts(request.getConfig().getMountsList())
                                .setLogPath(request.getSandboxConfig().getLogDirectory() + "/"
                                        + request.getConfig().getLogPath())
                                .build());
            }
            answer(
                    observer,
                    CreateContainerResponse.newBuilder().setContainerId(id).build());
        }

        @Override
        public void startContainer(StartContainerRequest request, StreamObserver<StartContainerResponse> observer) {
            synchronized (FakeCri.this) {
                ContainerStatus status = containers.get(request.getContainerId());
                calls.add("start " + status.getMetadata().getName());
                containers.put(
                        status.getId(),
                        status.toBuilder()
                                .setState(ContainerState.CONTAINER_RUNNING)
                                .setStartedAt(nanos())
                                .build());
                tell(sandboxOf.get(status.getId()));
            }
            answer(observer, StartContainerResponse.getDefaultInstance());
        }

        @Override
        public void stopContainer(StopContainerRequest request, StreamObserver<StopContainerResponse> observer) {
            synchronized (FakeCri.this) {
                ContainerStatus status = containers.get(request.getContainerId());
                if (status != null && status.getState() == ContainerState.CONTAINER_RUNNING) {
                    calls.add("stop " + status.getMetadata().getName() + " " + request.getTimeout());
                    end(status, 143);
                }
            }
            answer(observer, StopContainerResponse.getDefaultInstance());
        }

        @Override
        public void removeContainer(RemoveContainerRequest request, StreamObserver<RemoveContainerResponse> observer) {
            synchronized (FakeCri.this) {
                containers.remove(request.getContainerId());
            }
            answer(observer, RemoveContainerResponse.getDefaultInstance());
        }

        @Override
        public void listContainers(ListContainersRequest request, StreamObserver<ListContainersResponse> observer) {
            ListContainersResponse.Builder list = ListContainersResponse.newBuilder();
            ContainerFilter filter = request.getFilter();
            synchronized (FakeCri.this) {
                containers.values().stream()
                        .filter(status -> status.getLabelsMap()
                                .entrySet()
                                .containsAll(filter.getLabelSelectorMap().entrySet()))
                        .filter(status ->
                                sandboxOf.getOrDefault(status.getId(), "").startsWith(filter.getPodSandboxId()))
                        .forEach(status -> list.addContainers(Container.newBuilder()
                                .setId(status.getId())
                                .setPodSandboxId(sandboxOf.get(status.getId()))
                                .setMetadata(status.getMetadata())
                                .setState(status.getState())
                                .setCreatedAt(status.getCreatedAt())
                                .putAllLabels(status.getLabelsMap())
                                .putAllAnnotations(status.getAnnotationsMap())));
            }
            answer(observer, list.build());
        }

        @Override
        public void containerStatus(ContainerStatusRequest request, StreamObserver<ContainerStatusResponse> observer) {
            ContainerStatus status;
            synchronized (FakeCri.this) {
                status = containers.get(request.getContainerId());
            }
            if (status == null) {
                observer.onError(
                        Status.NOT_FOUND.withDescription("no such container").asRuntimeException());
                return;
            }
            answer(
                    observer,
                    ContainerStatusResponse.newBuilder().setStatus(status).build());
        }

        @Override
        public void execSync(ExecSyncRequest request, StreamObserver<ExecSyncResponse> observer) {
            calls.add("exec " + String.join(" ", request.getCmdList()));
            answer(observer, exec.apply(request));
        }

        @Override
        public void getContainerEvents(GetEventsRequest request, StreamObserver<ContainerEventResponse> observer) {
            synchronized (FakeCri.this) {
                listeners.add(observer);
            }
            subscriptions.incrementAndGet();
        }
    }

    private final class Images extends ImageServiceGrpc.ImageServiceImplBase {
        @Override
        public void listImages(ListImagesRequest request, StreamObserver<ListImagesResponse> observer) {
            ListImagesResponse.Builder list = ListImagesResponse.newBuilder();
            images.forEach(name -> list.addImages(image(name)));
            answer(observer, list.build());
        }

        @Override
        public void imageStatus(ImageStatusRequest request, StreamObserver<ImageStatusResponse> observer) {
            ImageStatusResponse.Builder response = ImageStatusResponse.newBuilder();
            if (images.contains(request.getImage().getImage())) {
                response.setImage(image(request.getImage().getImage()));
            }
            answer(observer, response.build());
        }

        @Override
        public void pullImage(PullImageRequest request, StreamObserver<PullImageResponse> observer) {
            String name = request.getImage().getImage();
            calls.add("pull " + name);
            if (missingImages.contains(name)) {
                observer.onError(Status.NOT_FOUND
                        .withDescription("failed to pull and unpack image \"" + name + "\": not found")
                        .asRuntimeException());
                return;
            }
            images.add(name);
            answer(observer, PullImageResponse.newBuilder().setImageRef(name).build());
        }

        private static Image image(String name) {
            return Image.newBuilder()
                    .setId(name)
                    .addRepoTags(name)
                    .setSize(1000)
                    .build();
        }
    }
}
