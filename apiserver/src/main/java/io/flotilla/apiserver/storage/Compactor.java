package io.flotilla.apiserver.storage;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops history older than the interval, as Kubernetes does it: without a leader. Every API server tries to advance the
 * version of one key each interval; who succeeds compacts to the revision that the previous round recorded.
 */
public final class Compactor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);
    private static final ByteString KEY = ByteString.copyFromUtf8("compact_rev_key");

    private final EtcdStore store;
    private final Duration interval;
    private long round;
    private long revision;
    private Optional<ScheduledFuture<?>> task = Optional.empty();

    public Compactor(EtcdStore store, Duration interval) {
        this.store = store;
        this.interval = interval;
    }

    /** Begins; an interval of zero means never. */
    public void start(ScheduledExecutorService scheduler) {
        if (!interval.isZero()) {
            task = Optional.of(scheduler.scheduleWithFixedDelay(
                    this::tick, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    private void tick() {
        Thread.ofVirtual().name("compact").start(() -> {
            try {
                compactOnce();
            } catch (StatusRuntimeException e) {
                LOG.warn("compaction of etcd failed: {}", EtcdErrors.describe(e.getStatus()));
            }
        });
    }

    /** One round. */
    synchronized void compactOnce() {
        TxnResponse response = store.ask(
                KVGrpc.getTxnMethod(),
                TxnRequest.newBuilder()
                        .addCompare(Compare.newBuilder()
                                .setKey(KEY)
                                .setTarget(Compare.CompareTarget.VERSION)
                                .setResult(Compare.CompareResult.EQUAL)
                                .setVersion(round))
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestPut(PutRequest.newBuilder()
                                        .setKey(KEY)
                                        .setValue(ByteString.copyFromUtf8(Long.toString(revision)))))
                        .addFailure(RequestOp.newBuilder()
                                .setRequestRange(RangeRequest.newBuilder().setKey(KEY)))
                        .build());
        long now = response.getHeader().getRevision();
        if (!response.getSucceeded()) {
            round = response.getResponses(0).getResponseRange().getKvs(0).getVersion();
            revision = now;
            return;
        }
        round++;
        long target = revision;
        revision = now;
        if (target > 0) {
            store.ask(
                    KVGrpc.getCompactMethod(),
                    CompactionRequest.newBuilder().setRevision(target).build());
            LOG.info("compacted etcd to revision {}", target);
        }
    }

    @Override
    public void close() {
        task.ifPresent(scheduled -> scheduled.cancel(false));
    }
}
