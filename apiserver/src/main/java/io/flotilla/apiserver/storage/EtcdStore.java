package io.flotilla.apiserver.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.etcd.jetcd.api.WatchGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Keys and values in etcd. Every call blocks, has a deadline and throws {@link StorageException}.
 *
 * <p>A write is one transaction that compares the key's mod revision. If its outcome is unknown (no answer), the key is
 * read again: the write is done if its value is there, and is sent again only if the key has not moved, which the same
 * comparison makes safe even if the first one arrives late.
 */
public final class EtcdStore implements AutoCloseable {
    /** As long as Kubernetes waits when it asks whether etcd is well. */
    private static final int PING_MILLIS = 2_000;

    private static final int SIZE_MILLIS = 1_000;
    private static final long CALL_MILLIS = 3_000;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final RangeRequest PROBE = RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("/flotilla/probe"))
            .setCountOnly(true)
            .build();

    private final EtcdCalls calls;
    private final StoreObserver observer;
    private final long patienceNanos;

    private EtcdStore(EtcdCalls calls, StoreObserver observer, Duration patience) {
        this.calls = calls;
        this.observer = observer;
        this.patienceNanos = patience.toNanos();
    }

    /** Makes the channel; connects with the first call. */
    public static EtcdStore open(EtcdConfig config) {
        return open(config, StoreObserver.NONE);
    }

    /** As {@link #open(EtcdConfig)}; the observer is told of reads and writes of keys. */
    public static EtcdStore open(EtcdConfig config, StoreObserver observer) {
        return open(config, observer, PATIENCE);
    }

    /** As {@link #open(EtcdConfig, StoreObserver)}; no call is begun again after so long without an answer. */
    static EtcdStore open(EtcdConfig config, StoreObserver observer, Duration patience) {
        return new EtcdStore(new EtcdCalls(EtcdChannel.open(config)), observer, patience);
    }

    WatchGrpc.WatchStub watchStub() {
        return calls.watches();
    }

    /** Asks once; see {@link EtcdCalls#ask}. */
    <Q, A> A ask(MethodDescriptor<Q, A> method, Q request) {
        return calls.ask(method, request, CALL_MILLIS);
    }

    /** The store's revision now: no write acknowledged before this call lies behind it. */
    public long currentRevision() {
        return retried(() -> ask(KVGrpc.getRangeMethod(), PROBE)).getHeader().getRevision();
    }

    /** Asks once, without patience: for health checks. */
    public void ping() {
        try {
            calls.ask(KVGrpc.getRangeMethod(), PROBE, PING_MILLIS);
        } catch (StatusRuntimeException e) {
            throw EtcdErrors.translate(e);
        }
    }

    /** Bytes of the database, as the member that answers has it; asks once, without patience. */
    public long databaseBytes() {
        try {
            return calls.ask(MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance(), SIZE_MILLIS)
                    .getDbSize();
        } catch (StatusRuntimeException e) {
            throw EtcdErrors.translate(e);
        }
    }

    /** Reads a key, linearizably. */
    public Optional<Versioned> get(String key) {
        RangeRequest request =
                RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
        return observer.observe("get", key, () -> first(retried(() -> ask(KVGrpc.getRangeMethod(), request))));
    }

    /**
     * Reads part of a prefix.
     *
     * @param prefix with its trailing slash
     * @param start first key wanted, or the prefix itself
     * @param revision revision to read at, 0 for the present one
     */
    public Page range(String prefix, String start, int limit, long revision) {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(start))
                .setRangeEnd(endOf(prefix))
                .setLimit(limit)
                .setRevision(revision)
                .build();
        RangeResponse response = observer.observe(
                "list", prefix, () -> retried(() -> calls.ask(KVGrpc.getRangeMethod(), request, 4 * CALL_MILLIS)));
        List<Versioned> items =
                response.getKvsList().stream().map(EtcdStore::versioned).toList();
        return new Page(
                items,
                revision > 0 ? revision : response.getHeader().getRevision(),
                response.getMore(),
                Math.max(0, response.getCount() - items.size()));
    }

    /**
     * Reads a prefix from some key on, all at one revision.
     *
     * @param prefix with its trailing slash
     * @param start first key wanted, or the prefix itself
     * @param revision revision to read at, 0 for the present one
     */
    public Walk walk(String prefix, String start, long revision) {
        return new Walk(this, prefix, start, revision);
    }

    /**
     * Writes a value if the key is at the expected revision.
     *
     * @param expected mod revision, 0 for a key that must not exist
     * @param lease lease to attach, 0 for none
     */
    public Written put(String key, byte[] value, long expected, long lease, Fencing fencing) {
        RequestOp op = RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(UnsafeByteOperations.unsafeWrap(value))
                        .setLease(lease))
                .build();
        Recognition recognition =
                current -> current.filter(found -> found.revision() > expected && Arrays.equals(found.value(), value))
                        .map(Versioned::revision);
        return observer.observe(
                expected == 0 ? "create" : "update", key, () -> transact(key, expected, op, fencing, recognition));
    }

    /** Deletes a key if it is at the expected revision. */
    public Written delete(String key, long expected, Fencing fencing) {
        RequestOp op = RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)))
                .build();
        // If the key is gone we cannot tell by whose hand, nor need we: gone is what was asked for.
        Recognition recognition = current -> current.isEmpty() ? Optional.of(0L) : Optional.empty();
        return observer.observe("delete", key, () -> transact(key, expected, op, fencing, recognition));
    }

    /** Sets a key whatever it holds; for what only repeats itself. */
    public void set(String key, String value) {
        PutRequest request = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build();
        retried(() -> ask(KVGrpc.getPutMethod(), request));
    }

    /** Makes a lease that runs out by itself. */
    public long grantLease(long seconds) {
        LeaseGrantRequest request =
                LeaseGrantRequest.newBuilder().setTTL(seconds).build();
        return retried(() -> ask(LeaseGrpc.getLeaseGrantMethod(), request)).getID();
    }

    @Override
    public void close() {
        calls.close();
    }

    /** Tells from what the key holds whether an unanswered write took effect, and when. */
    private interface Recognition {
        Optional<Long> revision(Optional<Versioned> current);
    }

    private Written transact(String key, long expected, RequestOp op, Fencing fencing, Recognition recognition) {
        TxnRequest request = transaction(key, expected, op, fencing);
        long start = System.nanoTime();
        boolean uncertain = false;
        for (int attempt = 0; ; attempt++) {
            TxnResponse response;
            try {
                response = ask(KVGrpc.getTxnMethod(), request);
            } catch (StatusRuntimeException e) {
                if (!EtcdErrors.isTransient(e.getStatus()) || System.nanoTime() - start > patienceNanos) {
                    throw EtcdErrors.translate(e);
                }
                uncertain = true;
                pause(attempt);
                Optional<Versioned> current = get(key);
                Optional<Long> done = recognition.revision(current);
                if (done.isPresent()) {
                    return new Written.Done(done.get());
                }
                if (current.map(Versioned::revision).orElse(0L) != expected) {
                    return new Written.Lost(current);
                }
                continue;
            }
            if (response.getSucceeded()) {
                return new Written.Done(response.getHeader().getRevision());
            }
            Optional<Versioned> current = first(response.getResponses(0).getResponseRange());
            if (uncertain) {
                Optional<Long> done = recognition.revision(current);
                if (done.isPresent()) {
                    return new Written.Done(done.get());
                }
            }
            boolean fenced = fencing.check().isPresent()
                    && !fencing.check()
                            .get()
                            .value()
                            .equals(first(response.getResponses(1).getResponseRange())
                                    .map(fence ->
                                            ByteString.copyFrom(fence.value()).toStringUtf8())
                                    .orElse(""));
            return fenced ? new Written.Fenced() : new Written.Lost(current);
        }
    }

    private static TxnRequest transaction(String key, long expected, RequestOp op, Fencing fencing) {
        ByteString keyBytes = ByteString.copyFromUtf8(key);
        TxnRequest.Builder request = TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(keyBytes)
                        .setTarget(Compare.CompareTarget.MOD)
                        .setResult(Compare.CompareResult.EQUAL)
                        .setModRevision(expected))
                .addSuccess(op)
                .addFailure(RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(keyBytes)));
        fencing.check().ifPresent(fence -> {
            ByteString fenceKey = ByteString.copyFromUtf8(fence.key());
            request.addCompare(Compare.newBuilder()
                    .setKey(fenceKey)
                    .setTarget(Compare.CompareTarget.VALUE)
                    .setResult(Compare.CompareResult.EQUAL)
                    .setValue(ByteString.copyFromUtf8(fence.value())));
            request.addFailure(RequestOp.newBuilder()
                    .setRequestRange(RangeRequest.newBuilder().setKey(fenceKey)));
        });
        fencing.change()
                .ifPresent(fence -> request.addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(fence.key()))
                                .setValue(ByteString.copyFromUtf8(fence.value())))));
        return request.build();
    }

    private <T> T retried(Supplier<T> call) {
        long start = System.nanoTime();
        for (int attempt = 0; ; attempt++) {
            try {
                return call.get();
            } catch (StatusRuntimeException e) {
                if (!EtcdErrors.isTransient(e.getStatus()) || System.nanoTime() - start > patienceNanos) {
                    throw EtcdErrors.translate(e);
                }
                pause(attempt);
            }
        }
    }

    private static void pause(int attempt) {
        try {
            TimeUnit.MILLISECONDS.sleep(Math.min(500, 20L << Math.min(attempt, 10)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException.Unavailable("interrupted while waiting for etcd");
        }
    }

    private static Optional<Versioned> first(RangeResponse response) {
        return response.getKvsCount() == 0 ? Optional.empty() : Optional.of(versioned(response.getKvs(0)));
    }

    private static Versioned versioned(KeyValue kv) {
        return new Versioned(kv.getKey().toStringUtf8(), kv.getValue().toByteArray(), kv.getModRevision());
    }

    /** The first key behind all that begin with the prefix. */
    private static ByteString endOf(String prefix) {
        byte[] end = ByteString.copyFromUtf8(prefix).toByteArray();
        end[end.length - 1]++;
        return UnsafeByteOperations.unsafeWrap(end);
    }
}
