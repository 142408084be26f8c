package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.Nanos;
import io.flotilla.kubelet.runtime.standin.PulledImage;
import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerConfig;
import io.flotilla.proto.cri.ContainerResources;
import io.flotilla.proto.cri.ContainerState;
import io.flotilla.proto.cri.ContainerStatus;
import io.flotilla.proto.cri.ContainerUser;
import io.flotilla.proto.cri.ImageSpec;
import io.flotilla.proto.cri.LinuxContainerResources;
import io.flotilla.proto.cri.LinuxContainerUser;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** One container: what it was made from, and its state. Changes of state wake those who wait for its end. */
final class ProcessContainer {

    /** Where a container is in its life; it only ever moves forward. */
    sealed interface State {

        record Created() implements State {}

        /** Between the decision to start and the program's start. */
        record Starting() implements State {}

        /** {@code init} is the first process, as the machine numbers it. */
        record Running(int shim, int init, Instant startedAt) implements State {}

        record Exited(Instant startedAt, Instant finishedAt, int code, String reason, String message)
                implements State {}
    }

    private final String id;
    private final Sandbox sandbox;
    private final PulledImage image;
    private final ContainerConfig config;
    private final ContainerSpec spec;
    private final ContainerFiles files;
    private final LogPump logs;
    private final Instant createdAt;
    // Guarded by this.
    private State state = new State.Created();
    private LinuxContainerResources resources;

    ProcessContainer(
            String id,
            Sandbox sandbox,
            PulledImage image,
            ContainerConfig config,
            ContainerSpec spec,
            ContainerFiles files,
            LogPump logs,
            Instant createdAt) {
        this.id = id;
        this.sandbox = sandbox;
        this.image = image;
        this.config = config;
        this.spec = spec;
        this.files = files;
        this.logs = logs;
        this.createdAt = createdAt;
        this.resources = config.getLinux().getResources();
    }

    String id() {
        return id;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    ContainerConfig config() {
        return config;
    }

    ContainerSpec spec() {
        return spec;
    }

    ContainerFiles files() {
        return files;
    }

    LogPump logs() {
        return logs;
    }

    synchronized State state() {
        return state;
    }

    /** Moves on; returns false and changes nothing if the container has ended already. */
    synchronized boolean moveTo(State next) {
        if (state instanceof State.Exited) {
            return false;
        }
        state = next;
        notifyAll();
        return true;
    }

    /** Takes the right to start; false if somebody started it before. */
    synchronized boolean claimStart() {
        if (!(state instanceof State.Created)) {
            return false;
        }
        state = new State.Starting();
        return true;
    }

    synchronized State.Exited awaitExit() throws InterruptedException {
        while (true) {
            if (state instanceof State.Exited exited) {
                return exited;
            }
            wait();
        }
    }

    /** Waits for the end; false if the time passed first. */
    synchronized boolean awaitExit(Duration most) throws InterruptedException {
        long deadline = System.nanoTime() + most.toNanos();
        while (!(state instanceof State.Exited)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /** Waits until a start that is under way has succeeded or failed. */
    synchronized State awaitStarted() throws InterruptedException {
        while (state instanceof State.Starting) {
            wait();
        }
        return state;
    }

    synchronized void setResources(LinuxContainerResources value) {
        resources = value;
    }

    private static ContainerState criState(State state) {
        return switch (state) {
            case State.Created() -> ContainerState.CONTAINER_CREATED;
            case State.Starting() -> ContainerState.CONTAINER_CREATED;
            case State.Running(var _, var _, var _) -> ContainerState.CONTAINER_RUNNING;
            case State.Exited(var _, var _, var _, var _, var _) -> ContainerState.CONTAINER_EXITED;
        };
    }

    Container summary() {
        return Container.newBuilder()
                .setId(id)
                .setPodSandboxId(sandbox.id())
                .setMetadata(config.getMetadata())
                .setImage(imageSpec())
                .setImageRef(image.repoDigest())
                .setImageId(image.id())
                .setState(criState(state()))
                .setCreatedAt(Nanos.of(createdAt))
                .putAllLabels(config.getLabelsMap())
                .putAllAnnotations(config.getAnnotationsMap())
                .build();
    }

    synchronized ContainerStatus status() {
        var status = ContainerStatus.newBuilder()
                .setId(id)
                .setMetadata(config.getMetadata())
                .setState(criState(state))
                .setCreatedAt(Nanos.of(createdAt))
                .setImage(imageSpec())
                .setImageRef(image.repoDigest())
                .setImageId(image.id())
                .putAllLabels(config.getLabelsMap())
                .putAllAnnotations(config.getAnnotationsMap())
                .addAllMounts(config.getMountsList())
                .setLogPath(logPath())
                .setResources(ContainerResources.newBuilder().setLinux(resources))
                .setUser(ContainerUser.newBuilder()
                        .setLinux(LinuxContainerUser.newBuilder()
                                .setUid(spec.user().uid())
                                .setGid(spec.user().gid())
                                .addAllSupplementalGroups(spec.user().groups())))
                .setStopSignal(config.getStopSignal());
        switch (state) {
            case State.Created() -> {}
            case State.Starting() -> {}
            case State.Running(var _, var _, Instant startedAt) -> status.setStartedAt(Nanos.of(startedAt));
            case State.Exited exited ->
                status.setStartedAt(Nanos.of(exited.startedAt()))
                        .setFinishedAt(Nanos.of(exited.finishedAt()))
                        .setExitCode(exited.code())
                        .setReason(exited.reason())
                        .setMessage(exited.message());
        }
        return status.build();
    }

    private ImageSpec imageSpec() {
        return ImageSpec.newBuilder()
                .setImage(image.name().toString())
                .setUserSpecifiedImage(config.getImage().getUserSpecifiedImage())
                .build();
    }

    private String logPath() {
        return config.getLogPath().isEmpty() ? "" : sandbox.config().getLogDirectory() + "/" + config.getLogPath();
    }
}
