package io.flotilla.kubelet.runtime.embedded;

import io.flotilla.proto.cri.ContainerEventResponse;
import io.flotilla.proto.cri.ContainerEventType;
import io.flotilla.proto.cri.PodSandboxStatus;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells GetContainerEvents' subscribers what happened to a container. A subscriber hears what happens after it came; it
 * lists first for what was before. Events of one container arrive in the order in which they were published.
 */
public final class LifecycleEvents {

    private final Set<ServerCallStreamObserver<ContainerEventResponse>> subscribers = ConcurrentHashMap.newKeySet();
    private final InstantSource clock;

    public LifecycleEvents(InstantSource clock) {
        this.clock = clock;
    }

    /** What an event tells about its pod; asked only when somebody listens. */
    public interface PodView {

        PodSandboxStatus sandbox();

        List<io.flotilla.proto.cri.ContainerStatus> containers();
    }

    void subscribe(ServerCallStreamObserver<ContainerEventResponse> subscriber) {
        subscriber.setOnCancelHandler(() -> subscribers.remove(subscriber));
        subscribers.add(subscriber);
    }

    /** Tells every subscriber; never waits for a slow one. */
    public void publish(String containerId, ContainerEventType type, PodView pod) {
        if (subscribers.isEmpty()) {
            return;
        }
        var event = ContainerEventResponse.newBuilder()
                .setContainerId(containerId)
                .setContainerEventType(type)
                .setCreatedAt(Nanos.of(clock.instant()))
                .setPodSandboxStatus(pod.sandbox())
                .addAllContainersStatuses(pod.containers())
                .build();
        for (var subscriber : subscribers) {
            // gRPC's observers are not thread-safe, and events come from many threads.
            synchronized (subscriber) {
                if (!subscriber.isCancelled()) {
                    subscriber.onNext(event);
                }
            }
        }
    }

    void closeAll() {
        for (var subscriber : subscribers) {
            synchronized (subscriber) {
                if (!subscriber.isCancelled()) {
                    subscriber.onCompleted();
                }
            }
        }
        subscribers.clear();
    }
}
