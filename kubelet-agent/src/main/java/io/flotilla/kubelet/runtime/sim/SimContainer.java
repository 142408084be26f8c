package io.flotilla.kubelet.runtime.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.flotilla.kubelet.runtime.embedded.Nanos;
import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerConfig;
import io.flotilla.proto.cri.ContainerResources;
import io.flotilla.proto.cri.ContainerState;
import io.flotilla.proto.cri.ContainerStatus;
import io.flotilla.proto.cri.Image;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A simulated container. */
final class SimContainer {

    /** How a container ended. */
    record End(Instant at, int code, String reason, String message) {}

    private final String id;
    private final SimPod pod;
    private final ByteString config;
    private final Instant createdAt;
    // Guarded by this.
    private boolean claimed;
    private @Nullable Instant startedAt;
    private @Nullable End end;
    private int probes;
    private @Nullable Future<?> timer;
    private @Nullable Future<?> writer;

    SimContainer(String id, SimPod pod, ByteString config, Instant createdAt) {
        this.id = id;
        this.pod = pod;
        this.config = config;
        this.createdAt = createdAt;
    }

    String id() {
        return id;
    }

    SimPod pod() {
        return pod;
    }

    ByteString bytes() {
        return config;
    }

    Instant createdAt() {
        return createdAt;
    }

    ContainerConfig config() {
        try {
            return ContainerConfig.parseFrom(config);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a configuration that was accepted cannot be read", e);
        }
    }

    Script script() {
        return new Script(
                pod.config().getAnnotationsMap(), config().getMetadata().getName());
    }

    int attempt() {
        return config().getMetadata().getAttempt();
    }

    /** Returns the log's file; empty if none is wanted. */
    Optional<Path> log() {
        String path = config().getLogPath();
        return path.isEmpty()
                ? Optional.empty()
                : Optional.of(Path.of(pod.config().getLogDirectory(), path));
    }

    /** Takes the right to start. */
    synchronized boolean claimStart() {
        boolean first = !claimed && end == null;
        claimed = true;
        return first;
    }

    synchronized void started(Instant at) {
        claimed = true;
        startedAt = at;
    }

    /** Ends it, once; stops its timers. */
    synchronized boolean end(End how) {
        if (end != null) {
            return false;
        }
        end = how;
        if (startedAt == null) {
            startedAt = how.at();
        }
        if (timer != null) {
            timer.cancel(false);
        }
        if (writer != null) {
            writer.cancel(false);
        }
        notifyAll();
        return true;
    }

    synchronized void setTimer(Future<?> value) {
        timer = value;
    }

    synchronized void setWriter(Future<?> value) {
        writer = value;
    }

    synchronized boolean running() {
        return startedAt != null && end == null;
    }

    synchronized Optional<Instant> startedAt() {
        return Optional.ofNullable(startedAt);
    }

    synchronized Optional<End> end() {
        return Optional.ofNullable(end);
    }

    synchronized End awaitEnd() throws InterruptedException {
        while (end == null) {
            wait();
        }
        return end;
    }

    synchronized int nextProbe() {
        return probes++;
    }

    private ContainerState state() {
        if (end != null) {
            return ContainerState.CONTAINER_EXITED;
        }
        return startedAt != null ? ContainerState.CONTAINER_RUNNING : ContainerState.CONTAINER_CREATED;
    }

    synchronized Container summary() {
        ContainerConfig parsed = config();
        Image image = SimImages.describe(parsed.getImage().getImage());
        return Container.newBuilder()
                .setId(id)
                .setPodSandboxId(pod.id())
                .setMetadata(parsed.getMetadata())
                .setImage(parsed.getImage())
                .setImageRef(image.getRepoDigests(0))
                .setImageId(image.getId())
                .setState(state())
                .setCreatedAt(Nanos.of(createdAt))
                .putAllLabels(parsed.getLabelsMap())
                .putAllAnnotations(parsed.getAnnotationsMap())
                .build();
    }

    synchronized ContainerStatus status() {
        ContainerConfig parsed = config();
        Image image = SimImages.describe(parsed.getImage().getImage());
        var status = ContainerStatus.newBuilder()
                .setId(id)
                .setMetadata(parsed.getMetadata())
                .setState(state())
                .setCreatedAt(Nanos.of(createdAt))
                .setImage(parsed.getImage())
                .setImageRef(image.getRepoDigests(0))
                .setImageId(image.getId())
                .putAllLabels(parsed.getLabelsMap())
                .putAllAnnotations(parsed.getAnnotationsMap())
                .addAllMounts(parsed.getMountsList())
                .setLogPath(log().map(Path::toString).orElse(""))
                .setResources(ContainerResources.newBuilder()
                        .setLinux(parsed.getLinux().getResources()));
        if (startedAt != null) {
            status.setStartedAt(Nanos.of(startedAt));
        }
        if (end != null) {
            status.setFinishedAt(Nanos.of(end.at()))
                    .setExitCode(end.code())
                    .setReason(end.reason())
                    .setMessage(end.message());
        }
        return status.build();
    }
}
