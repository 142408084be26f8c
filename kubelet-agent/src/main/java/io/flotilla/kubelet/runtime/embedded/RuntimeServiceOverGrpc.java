package io.flotilla.kubelet.runtime.embedded;

import io.flotilla.proto.cri.CgroupDriver;
import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerEventResponse;
import io.flotilla.proto.cri.ContainerState;
import io.flotilla.proto.cri.ContainerStatsRequest;
import io.flotilla.proto.cri.ContainerStatsResponse;
import io.flotilla.proto.cri.ContainerStatusRequest;
import io.flotilla.proto.cri.ContainerStatusResponse;
import io.flotilla.proto.cri.CreateContainerRequest;
import io.flotilla.proto.cri.CreateContainerResponse;
import io.flotilla.proto.cri.ExecSyncRequest;
import io.flotilla.proto.cri.ExecSyncResponse;
import io.flotilla.proto.cri.GetEventsRequest;
import io.flotilla.proto.cri.LinuxRuntimeConfiguration;
import io.flotilla.proto.cri.ListContainerStatsRequest;
import io.flotilla.proto.cri.ListContainerStatsResponse;
import io.flotilla.proto.cri.ListContainersRequest;
import io.flotilla.proto.cri.ListContainersResponse;
import io.flotilla.proto.cri.ListMetricDescriptorsRequest;
import io.flotilla.proto.cri.ListMetricDescriptorsResponse;
import io.flotilla.proto.cri.ListPodSandboxMetricsRequest;
import io.flotilla.proto.cri.ListPodSandboxMetricsResponse;
import io.flotilla.proto.cri.ListPodSandboxRequest;
import io.flotilla.proto.cri.ListPodSandboxResponse;
import io.flotilla.proto.cri.ListPodSandboxStatsRequest;
import io.flotilla.proto.cri.ListPodSandboxStatsResponse;
import io.flotilla.proto.cri.PodSandboxStatsRequest;
import io.flotilla.proto.cri.PodSandboxStatsResponse;
import io.flotilla.proto.cri.PodSandboxStatusRequest;
import io.flotilla.proto.cri.PodSandboxStatusResponse;
import io.flotilla.proto.cri.RemoveContainerRequest;
import io.flotilla.proto.cri.RemoveContainerResponse;
import io.flotilla.proto.cri.RemovePodSandboxRequest;
import io.flotilla.proto.cri.RemovePodSandboxResponse;
import io.flotilla.proto.cri.ReopenContainerLogRequest;
import io.flotilla.proto.cri.ReopenContainerLogResponse;
import io.flotilla.proto.cri.RunPodSandboxRequest;
import io.flotilla.proto.cri.RunPodSandboxResponse;
import io.flotilla.proto.cri.RuntimeConfigRequest;
import io.flotilla.proto.cri.RuntimeConfigResponse;
import io.flotilla.proto.cri.RuntimeHandler;
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
import io.flotilla.proto.cri.UpdateContainerResourcesRequest;
import io.flotilla.proto.cri.UpdateContainerResourcesResponse;
import io.flotilla.proto.cri.UpdatePodSandboxResourcesRequest;
import io.flotilla.proto.cri.UpdatePodSandboxResourcesResponse;
import io.flotilla.proto.cri.UpdateRuntimeConfigRequest;
import io.flotilla.proto.cri.UpdateRuntimeConfigResponse;
import io.flotilla.proto.cri.VersionRequest;
import io.flotilla.proto.cri.VersionResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * CRI's RuntimeService over a {@link PodRuntime}. Checkpoint and restore, and the calls that hand out URLs, are left
 * unimplemented.
 */
final class RuntimeServiceOverGrpc extends RuntimeServiceGrpc.RuntimeServiceImplBase {

    private static final String VERSION = "0.1.0";

    private final PodRuntime runtime;
    private final LifecycleEvents events;
    private final InstantSource clock;

    RuntimeServiceOverGrpc(PodRuntime runtime, LifecycleEvents events, InstantSource clock) {
        this.runtime = runtime;
        this.events = events;
        this.clock = clock;
    }

    @Override
    public void version(VersionRequest request, StreamObserver<VersionResponse> observer) {
        Calls.answer(
                observer,
                () -> VersionResponse.newBuilder()
                        .setVersion("0.1.0")
                        .setRuntimeName(runtime.name())
                        .setRuntimeVersion(VERSION)
                        .setRuntimeApiVersion("v1")
                        .build());
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
        Calls.answer(
                observer,
                () -> StatusResponse.newBuilder()
                        .setStatus(RuntimeStatus.newBuilder().addAllConditions(runtime.conditions()))
                        .putAllInfo(request.getVerbose() ? runtime.info() : Map.of())
                        .addRuntimeHandlers(RuntimeHandler.getDefaultInstance())
                        .build());
    }

    @Override
    public void runtimeConfig(RuntimeConfigRequest request, StreamObserver<RuntimeConfigResponse> observer) {
        Calls.answer(
                observer,
                () -> RuntimeConfigResponse.newBuilder()
                        .setLinux(LinuxRuntimeConfiguration.newBuilder().setCgroupDriver(CgroupDriver.CGROUPFS))
                        .build());
    }

    @Override
    public void updateRuntimeConfig(
            UpdateRuntimeConfigRequest request, StreamObserver<UpdateRuntimeConfigResponse> observer) {
        Calls.answer(observer, () -> {
            runtime.setPodCidr(request.getRuntimeConfig().getNetworkConfig().getPodCidr());
            return UpdateRuntimeConfigResponse.getDefaultInstance();
        });
    }

    @Override
    public void runPodSandbox(RunPodSandboxRequest request, StreamObserver<RunPodSandboxResponse> observer) {
        Calls.answer(observer, () -> {
            if (!request.getRuntimeHandler().isEmpty()) {
                throw new RuntimeFault(
                        RuntimeFault.Kind.INVALID,
                        "no runtime for \"" + request.getRuntimeHandler() + "\" is configured");
            }
            return RunPodSandboxResponse.newBuilder()
                    .setPodSandboxId(runtime.runPodSandbox(request.getConfig()))
                    .build();
        });
    }

    @Override
    public void stopPodSandbox(StopPodSandboxRequest request, StreamObserver<StopPodSandboxResponse> observer) {
        Calls.answer(observer, () -> {
            runtime.stopPodSandbox(request.getPodSandboxId());
            return StopPodSandboxResponse.getDefaultInstance();
        });
    }

    @Override
    public void removePodSandbox(RemovePodSandboxRequest request, StreamObserver<RemovePodSandboxResponse> observer) {
        Calls.answer(observer, () -> {
            runtime.removePodSandbox(request.getPodSandboxId());
            return RemovePodSandboxResponse.getDefaultInstance();
        });
    }

    @Override
    public void podSandboxStatus(PodSandboxStatusRequest request, StreamObserver<PodSandboxStatusResponse> observer) {
        Calls.answer(observer, () -> {
            var status = runtime.podSandboxStatus(request.getPodSandboxId());
            var reply = PodSandboxStatusResponse.newBuilder().setStatus(status).setTimestamp(Nanos.of(clock.instant()));
            for (Container container : runtime.containers(status.getId())) {
                unlessGone(() -> reply.addContainersStatuses(runtime.containerStatus(container.getId())));
            }
            return reply.build();
        });
    }

    @Override
    public void listPodSandbox(ListPodSandboxRequest request, StreamObserver<ListPodSandboxResponse> observer) {
        Calls.answer(
                observer,
                () -> ListPodSandboxResponse.newBuilder()
                        .addAllItems(runtime.podSandboxes().stream()
                                .filter(sandbox -> Filters.matches(request.getFilter(), sandbox))
                                .toList())
                        .build());
    }

    @Override
    public void createContainer(CreateContainerRequest request, StreamObserver<CreateContainerResponse> observer) {
        Calls.answer(
                observer,
                () -> CreateContainerResponse.newBuilder()
                        .setContainerId(runtime.createContainer(request.getPodSandboxId(), request.getConfig()))
                        .build());
    }

    @Override
    public void startContainer(StartContainerRequest request, StreamObserver<StartContainerResponse> observer) {
        Calls.answer(observer, () -> {
            runtime.startContainer(request.getContainerId());
            return StartContainerResponse.getDefaultInstance();
        });
    }

    @Override
    public void stopContainer(StopContainerRequest request, StreamObserver<StopContainerResponse> observer) {
        Calls.answer(observer, () -> {
            runtime.stopContainer(request.getContainerId(), Duration.ofSeconds(Math.max(0, request.getTimeout())));
            return StopContainerResponse.getDefaultInstance();
        });
    }

    @Override
    public void removeContainer(RemoveContainerRequest request, StreamObserver<RemoveContainerResponse> observer) {
        Calls.answer(observer, () -> {
            runtime.removeContainer(request.getContainerId());
            return RemoveContainerResponse.getDefaultInstance();
        });
    }

    @Override
    public void listContainers(ListContainersRequest request, StreamObserver<ListContainersResponse> observer) {
        Calls.answer(
                observer,
                () -> ListContainersResponse.newBuilder()
                        .addAllContainers(runtime.containers(request.getFilter().getPodSandboxId()).stream()
                                .filter(container -> Filters.matches(request.getFilter(), container))
                                .toList())
                        .build());
    }

    @Override
    public void containerStatus(ContainerStatusRequest request, StreamObserver<ContainerStatusResponse> observer) {
        Calls.answer(
                observer,
                () -> ContainerStatusResponse.newBuilder()
                        .setStatus(runtime.containerStatus(request.getContainerId()))
                        .putAllInfo(request.getVerbose() ? runtime.containerInfo(request.getContainerId()) : Map.of())
                        .build());
    }

    @Override
    public void updateContainerResources(
            UpdateContainerResourcesRequest request, StreamObserver<UpdateContainerResourcesResponse> observer) {
        Calls.answer(observer, () -> {
            runtime.updateContainerResources(request.getContainerId(), request.getLinux());
            return UpdateContainerResourcesResponse.getDefaultInstance();
        });
    }

    @Override
    public void updatePodSandboxResources(
            UpdatePodSandboxResourcesRequest request, StreamObserver<UpdatePodSandboxResourcesResponse> observer) {
        Calls.answer(observer, () -> {
            runtime.podSandboxStatus(request.getPodSandboxId());
            return UpdatePodSandboxResourcesResponse.getDefaultInstance();
        });
    }

    @Override
    public void reopenContainerLog(
            ReopenContainerLogRequest request, StreamObserver<ReopenContainerLogResponse> observer) {
        Calls.answer(observer, () -> {
            runtime.reopenContainerLog(request.getContainerId());
            return ReopenContainerLogResponse.getDefaultInstance();
        });
    }

    @Override
    public void execSync(ExecSyncRequest request, StreamObserver<ExecSyncResponse> observer) {
        Calls.answer(
                observer,
                () -> runtime.execSync(
                        request.getContainerId(),
                        List.copyOf(request.getCmdList()),
                        Duration.ofSeconds(Math.max(0, request.getTimeout()))));
    }

    @Override
    public void containerStats(ContainerStatsRequest request, StreamObserver<ContainerStatsResponse> observer) {
        Calls.answer(
                observer,
                () -> ContainerStatsResponse.newBuilder()
                        .setStats(runtime.containerStats(request.getContainerId()))
                        .build());
    }

    @Override
    public void listContainerStats(
            ListContainerStatsRequest request, StreamObserver<ListContainerStatsResponse> observer) {
        Calls.answer(observer, () -> {
            var reply = ListContainerStatsResponse.newBuilder();
            for (Container container : runtime.containers(request.getFilter().getPodSandboxId())) {
                if (container.getState() == ContainerState.CONTAINER_RUNNING
                        && Filters.matches(request.getFilter(), container)) {
                    unlessGone(() -> reply.addStats(runtime.containerStats(container.getId())));
                }
            }
            return reply.build();
        });
    }

    @Override
    public void podSandboxStats(PodSandboxStatsRequest request, StreamObserver<PodSandboxStatsResponse> observer) {
        Calls.answer(
                observer,
                () -> PodSandboxStatsResponse.newBuilder()
                        .setStats(runtime.podSandboxStats(request.getPodSandboxId()))
                        .build());
    }

    @Override
    public void listPodSandboxStats(
            ListPodSandboxStatsRequest request, StreamObserver<ListPodSandboxStatsResponse> observer) {
        Calls.answer(observer, () -> {
            var reply = ListPodSandboxStatsResponse.newBuilder();
            for (var sandbox : runtime.podSandboxes()) {
                if (Filters.matches(request.getFilter(), sandbox)) {
                    unlessGone(() -> reply.addStats(runtime.podSandboxStats(sandbox.getId())));
                }
            }
            return reply.build();
        });
    }

    @Override
    public void listMetricDescriptors(
            ListMetricDescriptorsRequest request, StreamObserver<ListMetricDescriptorsResponse> observer) {
        Calls.answer(observer, ListMetricDescriptorsResponse::getDefaultInstance);
    }

    @Override
    public void listPodSandboxMetrics(
            ListPodSandboxMetricsRequest request, StreamObserver<ListPodSandboxMetricsResponse> observer) {
        Calls.answer(observer, ListPodSandboxMetricsResponse::getDefaultInstance);
    }

    @Override
    public void getContainerEvents(GetEventsRequest request, StreamObserver<ContainerEventResponse> observer) {
        events.subscribe((ServerCallStreamObserver<ContainerEventResponse>) observer);
    }

    /** A list is no snapshot: what was removed since it was taken is left out. */
    private static void unlessGone(Runnable step) {
        try {
            step.run();
        } catch (RuntimeFault e) {
            if (e.kind() != RuntimeFault.Kind.NOT_FOUND) {
                throw e;
            }
        }
    }
}
