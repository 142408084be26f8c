package io.flotilla.kubelet.serving;

import com.google.protobuf.ByteString;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.flotilla.kubelet.container.PodDirectories;
import io.flotilla.kubelet.cri.ContainerView;
import io.flotilla.kubelet.cri.CriException;
import io.flotilla.kubelet.log.LogFollowing;
import io.flotilla.kubelet.log.LogOptions;
import io.flotilla.kubelet.log.LogReader;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.proto.node.LogsChunk;
import io.flotilla.proto.node.LogsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Stream;

/** Answers requests for logs, each on a thread of its own that writes no faster than the caller reads. */
final class LogsCalls {
    private static final int CHUNK = 32 << 10;

    private final PodLookup lookup;
    private final PodDirectories directories;
    private final LogFollowing following;
    private final Function<Pod, PodStatus> statuses;
    private final Clock clock;

    /**
     * Makes the answers.
     *
     * @param statuses the newest status of a pod, sent already or not
     */
    LogsCalls(
            PodLookup lookup,
            PodDirectories directories,
            LogFollowing following,
            Function<Pod, PodStatus> statuses,
            Clock clock) {
        this.lookup = lookup;
        this.directories = directories;
        this.following = following;
        this.statuses = statuses;
        this.clock = clock;
    }

    void open(LogsRequest request, ServerCallStreamObserver<LogsChunk> responses) {
        Semaphore ready = new Semaphore(0);
        Thread thread = Thread.ofVirtual().name("logs").unstarted(() -> answer(request, responses, ready));
        responses.setOnReadyHandler(ready::release);
        responses.setOnCancelHandler(thread::interrupt);
        thread.start();
    }

    private void answer(LogsRequest request, ServerCallStreamObserver<LogsChunk> responses, Semaphore ready) {
        try {
            send(request, responses, ready);
            responses.onCompleted();
        } catch (StatusRuntimeException e) {
            responses.onError(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException | CriException | IllegalArgumentException e) {
            if (!responses.isCancelled()) {
                responses.onError(Status.INTERNAL
                        .withDescription(String.valueOf(e.getMessage()))
                        .withCause(e)
                        .asRuntimeException());
            }
        }
    }

    private void send(LogsRequest request, ServerCallStreamObserver<LogsChunk> responses, Semaphore ready)
            throws IOException, InterruptedException {
        String name = request.getContainer().getContainer();
        Pod pod = lookup.pod(
                request.getContainer().getNamespace(),
                request.getContainer().getPod(),
                request.getContainer().getUid());
        if (PodSpecs.container(pod, name).isEmpty()) {
            throw PodLookup.invalid("container " + name + " is not valid for pod "
                    + pod.getMetadata().getName());
        }
        ContainerView container = choose(pod, name, request.getPrevious());
        Path log = directories.logs(pod).resolve(name).resolve(container.restartCount() + ".log");
        LogReader reader = new LogReader(log, options(request), (bytes, from, length) -> {
            for (int at = from; at < from + length; at += CHUNK) {
                while (!responses.isReady()) {
                    ready.acquire();
                }
                responses.onNext(LogsChunk.newBuilder()
                        .setData(ByteString.copyFrom(bytes, at, Math.min(CHUNK, from + length - at)))
                        .build());
            }
            return !responses.isCancelled();
        });
        if (!request.getFollow() || request.getPrevious()) {
            reader.read(() -> false, LogReader.LogChanges.NONE);
            return;
        }
        try (LogFollowing.Follower follower = following.follow(PodSpecs.uid(pod), log.getParent())) {
            reader.read(() -> isRunning(pod, container.id()), follower);
        }
    }

    private boolean isRunning(Pod pod, String containerId) {
        return lookup.view(pod).containers().stream().anyMatch(c -> c.id().equals(containerId) && c.isRunning());
    }

    /** Returns the instance whose log is asked for; where there is none, fails as the kubelet does. */
    private ContainerView choose(Pod pod, String name, boolean previous) {
        List<ContainerView> instances = lookup.view(pod).containers().stream()
                .filter(container -> container.name().equals(name) && container.state() != ContainerView.State.CREATED)
                .toList();
        if (previous) {
            return instances.stream()
                    .filter(container -> container.state() == ContainerView.State.EXITED)
                    .filter(container -> instances.size() > 1 || isBeingRestarted(pod, name))
                    .findFirst()
                    .orElseThrow(() -> PodLookup.invalid("previous terminated container \"" + name + "\" in pod \""
                            + pod.getMetadata().getName() + "\" not found"));
        }
        if (!instances.isEmpty()) {
            return instances.getFirst();
        }
        String waits = status(pod, name)
                .map(ContainerStatus::getState)
                .map(ContainerState::getWaiting)
                .map(waiting -> waiting.getReason() == null ? "" : waiting.getReason())
                .orElse("");
        throw PodLookup.invalid(
                "container \"" + name + "\" in pod \"" + pod.getMetadata().getName() + "\" is "
                        + switch (waits) {
                            case "" -> "not available";
                            case "ErrImagePull" -> "waiting to start: image can't be pulled";
                            case "ImagePullBackOff" -> "waiting to start: trying and failing to pull image";
                            default -> "waiting to start: " + waits;
                        });
    }

    private boolean isBeingRestarted(Pod pod, String name) {
        return status(pod, name)
                .map(ContainerStatus::getLastState)
                .map(last -> last.getTerminated() != null)
                .orElse(false);
    }

    private Optional<ContainerStatus> status(Pod pod, String name) {
        PodStatus status = statuses.apply(pod);
        return Stream.concat(status.getContainerStatuses().stream(), status.getInitContainerStatuses().stream())
                .filter(container -> container.getName().equals(name))
                .findFirst();
    }

    private LogOptions options(LogsRequest request) {
        Optional<Instant> since = Optional.empty();
        if (request.hasSinceSeconds()) {
            since = Optional.of(clock.instant().minusSeconds(request.getSinceSeconds()));
        } else if (!request.getSinceTime().isEmpty()) {
            since = Optional.of(OffsetDateTime.parse(request.getSinceTime()).toInstant());
        }
        String stream = request.getStream();
        return new LogOptions(
                request.getFollow(),
                request.getTimestamps(),
                since,
                request.hasTailLines() ? OptionalLong.of(request.getTailLines()) : OptionalLong.empty(),
                request.hasLimitBytes() ? OptionalLong.of(request.getLimitBytes()) : OptionalLong.empty(),
                stream.equalsIgnoreCase("All") ? "" : stream);
    }
}
