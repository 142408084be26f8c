package io.flotilla.machinery.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.proto.cluster.ClusterGrpc;
import io.flotilla.proto.cluster.WatchBatch;
import io.flotilla.proto.cluster.WatchRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A watch on one connection, with flow control: the next batch is asked for when the last one has been read. */
final class GrpcWatchStream<T extends HasMetadata> implements WatchStream<T> {
    private static final String INITIAL_EVENTS_END = "k8s.io/initial-events-end";

    private sealed interface Signal {
        record Batch(WatchBatch batch) implements Signal {}

        record End(Status status, Metadata trailers) implements Signal {}
    }

    private final ServerPool pool;
    private final ServerPool.Connection connection;
    private final ClientCall<WatchRequest, WatchBatch> call;
    private final Class<T> objectClass;
    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final ArrayDeque<io.flotilla.proto.cluster.WatchEvent> pending = new ArrayDeque<>();
    private volatile boolean closed;
    private @Nullable RuntimeException failure;
    private boolean ended;

    private GrpcWatchStream(ServerPool pool, Class<T> objectClass) {
        this.pool = pool;
        this.connection = pool.current();
        this.call = connection.channel().newCall(ClusterGrpc.getWatchMethod(), CallOptions.DEFAULT);
        this.objectClass = objectClass;
    }

    static <T extends HasMetadata> GrpcWatchStream<T> open(
            ServerPool pool, WatchRequest request, Class<T> objectClass) {
        GrpcWatchStream<T> stream = new GrpcWatchStream<>(pool, objectClass);
        stream.start(request);
        return stream;
    }

    private void start(WatchRequest request) {
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(WatchBatch batch) {
                        signals.add(new Signal.Batch(batch));
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        signals.add(new Signal.End(status, trailers));
                    }
                },
                new Metadata());
        call.sendMessage(request);
        call.halfClose();
        call.request(1);
    }

    @Override
    public Optional<WatchEvent<T>> next() throws InterruptedException {
        if (failure != null) {
            throw failure;
        }
        while (pending.isEmpty()) {
            if (ended) {
                return Optional.empty();
            }
            switch (signals.take()) {
                case Signal.Batch(WatchBatch batch) -> {
                    pending.addAll(batch.getEventsList());
                    call.request(1);
                }
                case Signal.End(Status status, Metadata trailers) -> {
                    ended = true;
                    if (!status.isOk() && !closed) {
                        failure = failed(status, trailers);
                        throw failure;
                    }
                }
            }
        }
        return Optional.of(event(pending.remove()));
    }

    private RuntimeException failed(Status status, Metadata trailers) {
        StatusRuntimeException error = status.asRuntimeException(trailers);
        if (GrpcErrors.serverIsGone(error)) {
            pool.abandon(connection);
        }
        return GrpcErrors.translate(error);
    }

    private WatchEvent<T> event(io.flotilla.proto.cluster.WatchEvent event) {
        byte[] json = event.getObject().toByteArray();
        return switch (event.getType()) {
            case ADDED -> new WatchEvent.Added<>(ObjectJson.read(json, objectClass));
            case MODIFIED -> new WatchEvent.Modified<>(ObjectJson.read(json, objectClass));
            case DELETED -> new WatchEvent.Deleted<>(ObjectJson.read(json, objectClass));
            case BOOKMARK -> bookmark(ObjectJson.read(json, JsonNode.class).path("metadata"));
            case ERROR -> {
                failure = new ApiException.Refused(
                        ObjectJson.read(json, io.fabric8.kubernetes.api.model.Status.class), null);
                close();
                throw failure;
            }
            case UNSPECIFIED, UNRECOGNIZED -> {
                failure = new ApiException.Unanswered("a watch event of unknown type", null);
                close();
                throw failure;
            }
        };
    }

    private static <T> WatchEvent<T> bookmark(JsonNode metadata) {
        return new WatchEvent.Bookmark<>(
                metadata.path("resourceVersion").asText(),
                metadata.path("annotations").path(INITIAL_EVENTS_END).asText().equals("true"));
    }

    @Override
    public void close() {
        closed = true;
        call.cancel("the watch was closed", null);
    }
}
