package io.flotilla.kubelet.cri;

import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerEventResponse;
import io.flotilla.proto.cri.GetEventsRequest;
import io.flotilla.proto.cri.PodSandbox;
import io.flotilla.proto.cri.RuntimeServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of which pod something changed in the runtime. It listens to the runtime's events; one that has none is listed
 * every second, as the kubelet does by default.
 */
public final class ContainerNews implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerNews.class);
    private static final Duration RELIST = Duration.ofSeconds(1);

    private final Channel channel;
    private final Cri cri;
    private final Consumer<String> changed;
    private final Runnable missed;
    private @Nullable Thread thread; // guarded by this
    private @Nullable ClientCall<GetEventsRequest, ContainerEventResponse> call; // guarded by this
    private volatile boolean closed;

    /**
     * Makes a listener that is not yet listening.
     *
     * @param changed hears the UID of a pod of which something changed; must be quick
     * @param missed called when events may have been missed: look at every pod
     */
    public ContainerNews(Channel channel, Cri cri, Consumer<String> changed, Runnable missed) {
        this.channel = channel;
        this.cri = cri;
        this.changed = changed;
        this.missed = missed;
    }

    public synchronized void start() {
        thread = Thread.ofVirtual().name("container-news").start(this::run);
    }

    private void run() {
        try {
            while (!closed) {
                Status end = listen();
                if (closed) {
                    return;
                }
                if (end.getCode() == Status.Code.UNIMPLEMENTED) {
                    LOG.info("The runtime sends no container events; it will be listed every {} s", RELIST.toSeconds());
                    relistForEver();
                    return;
                }
                LOG.debug("The stream of container events ended: {}", end);
                Thread.sleep(RELIST);
                missed.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Status listen() throws InterruptedException {
        ClientCall<GetEventsRequest, ContainerEventResponse> events =
                channel.newCall(RuntimeServiceGrpc.getGetContainerEventsMethod(), CallOptions.DEFAULT);
        var end = new java.util.concurrent.CompletableFuture<Status>();
        events.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onHeaders(Metadata headers) {
                        // From now on we are told; what happened just before was not.
                        missed.run();
                    }

                    @Override
                    public void onMessage(ContainerEventResponse event) {
                        changed.accept(event.getPodSandboxStatus().getMetadata().getUid());
                        events.request(1);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        events.sendMessage(GetEventsRequest.getDefaultInstance());
        events.halfClose();
        events.request(64);
        synchronized (this) {
            call = events;
            if (closed) {
                events.cancel("closed", null);
            }
        }
        return end.join();
    }

    private void relistForEver() throws InterruptedException {
        Map<String, String> before = new HashMap<>();
        while (!closed) {
            try {
                Map<String, String> now = new HashMap<>();
                Map<String, String> pods = new HashMap<>();
                for (PodSandbox sandbox : cri.sandboxes(Map.of())) {
                    now.put(sandbox.getId(), sandbox.getState().name());
                    pods.put(sandbox.getId(), sandbox.getLabelsOrDefault(CriLabels.POD_UID, ""));
                }
                for (Container container : cri.containers(Map.of())) {
                    now.put(container.getId(), container.getState().name());
                    pods.put(container.getId(), container.getLabelsOrDefault(CriLabels.POD_UID, ""));
                }
                Set<String> uids = new HashSet<>();
                now.forEach((id, state) -> {
                    if (!state.equals(before.get(id))) {
                        uids.add(pods.getOrDefault(id, ""));
                    }
                });
                boolean gone = !now.keySet().containsAll(before.keySet());
                before.clear();
                before.putAll(now);
                uids.forEach(changed);
                if (gone) {
                    missed.run();
                }
            } catch (CriException e) {
                LOG.debug("The runtime could not be listed: {}", e.getMessage());
            }
            Thread.sleep(RELIST);
        }
    }

    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            if (call != null) {
                call.cancel("the agent stops", null);
            }
            if (thread != null) {
                thread.interrupt();
            }
        }
    }
}
