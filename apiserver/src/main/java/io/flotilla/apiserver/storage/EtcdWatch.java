package io.flotilla.apiserver.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * One watch on all of etcd's keys. All, not only {@code /registry/}: then every revision that etcd makes brings an
 * event, and having seen the event of a revision is having seen everything up to it. That is the exact progress that
 * consistent reads need, on every etcd there is; progress notifications of etcd before 3.4.25 and 3.5.8 may overtake
 * events.
 *
 * <p>Any error ends the watch: its owner opens another behind the last revision it has seen. Used by one thread.
 */
public final class EtcdWatch implements AutoCloseable {
    private static final Metadata.Key<String> REQUIRE_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
    private static final ByteString ALL = ByteString.copyFrom(new byte[] {0});
    private static final int IN_FLIGHT = 16;

    // etcd's "fragment" fields, which the stubs do not know: responses larger than a message may come in parts.
    private static final int FRAGMENT_OF_RESPONSE = 7;
    private static final UnknownFieldSet FRAGMENTS = UnknownFieldSet.newBuilder()
            .addField(8, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();

    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final Stream stream = new Stream();

    /** What happened to a key. */
    public sealed interface Change {
        String key();

        long revision();

        /** Created or replaced. */
        record Put(Versioned current) implements Change {
            @Override
            public String key() {
                return current.key();
            }

            @Override
            public long revision() {
                return current.revision();
            }
        }

        /** Deleted, at this revision. */
        record Delete(String key, long revision) implements Change {}
    }

    private sealed interface Signal {
        record Response(WatchResponse response) implements Signal {}

        record End(StorageException why) implements Signal {}
    }

    private EtcdWatch() {}

    /** Opens a watch that starts with this revision. */
    public static EtcdWatch open(EtcdStore store, long fromRevision) {
        EtcdWatch watch = new EtcdWatch();
        Metadata headers = new Metadata();
        headers.put(REQUIRE_LEADER, "true");
        store.watchStub()
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .watch(watch.stream);
        watch.stream
                .call()
                .onNext(WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder()
                                .setKey(ALL)
                                .setRangeEnd(ALL)
                                .setStartRevision(fromRevision)
                                .setProgressNotify(true)
                                .setUnknownFields(FRAGMENTS))
                        .build());
        return watch;
    }

    /**
     * Waits for the next changes: whole revisions, in order. May be empty where etcd only says that it is alive.
     *
     * @throws StorageException the watch has ended; {@link StorageException.Compacted} if it can never be had
     */
    public List<Change> take() throws InterruptedException {
        List<Change> changes = new ArrayList<>();
        while (true) {
            switch (signals.take()) {
                case Signal.End end -> throw end.why();
                case Signal.Response(WatchResponse response) -> {
                    stream.call().request(1);
                    if (response.getCompactRevision() > 0) {
                        throw new StorageException.Compacted();
                    }
                    if (response.getCanceled()) {
                        throw new StorageException.Unavailable("etcd ended the watch: " + response.getCancelReason());
                    }
                    for (Event event : response.getEventsList()) {
                        changes.add(change(event));
                    }
                    // A fragment may end in the middle of a revision.
                    if (!response.getUnknownFields().hasField(FRAGMENT_OF_RESPONSE)) {
                        return changes;
                    }
                }
            }
        }
    }

    private static Change change(Event event) {
        String key = event.getKv().getKey().toStringUtf8();
        long revision = event.getKv().getModRevision();
        return event.getType() == Event.EventType.DELETE
                ? new Change.Delete(key, revision)
                : new Change.Put(new Versioned(key, event.getKv().getValue().toByteArray(), revision));
    }

    @Override
    public void close() {
        stream.call().cancel("closed", null);
    }

    private final class Stream implements ClientResponseObserver<WatchRequest, WatchResponse> {
        private Optional<ClientCallStreamObserver<WatchRequest>> call = Optional.empty();

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
            requests.disableAutoRequestWithInitial(IN_FLIGHT);
            call = Optional.of(requests);
        }

        ClientCallStreamObserver<WatchRequest> call() {
            return call.orElseThrow();
        }

        @Override
        public void onNext(WatchResponse response) {
            signals.add(new Signal.Response(response));
        }

        @Override
        public void onError(Throwable error) {
            StatusRuntimeException failure = error instanceof StatusRuntimeException status
                    ? status
                    : Status.fromThrowable(error).asRuntimeException();
            signals.add(new Signal.End(EtcdErrors.translate(failure)));
        }

        @Override
        public void onCompleted() {
            signals.add(new Signal.End(new StorageException.Unavailable("etcd ended the watch")));
        }
    }
}
