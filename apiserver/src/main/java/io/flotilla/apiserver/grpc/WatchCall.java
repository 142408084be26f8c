package io.flotilla.apiserver.grpc;

import io.flotilla.apiserver.cache.Watcher;
import io.flotilla.apiserver.metrics.RequestMetrics;
import io.flotilla.proto.cluster.WatchBatch;
import io.flotilla.proto.cluster.WatchEvent;
import io.grpc.stub.ServerCallStreamObserver;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Sends the frames of one watch as its client takes them; occupies a thread only while it sends. */
final class WatchCall {
    private static final int MAX_EVENTS = 128;
    private static final int MAX_BYTES = 512 << 10;

    private final ServerCallStreamObserver<WatchBatch> client;
    private final Executor executor;
    private final AtomicInteger turns = new AtomicInteger();
    private volatile @Nullable Watcher<WatchEvent> watcher;
    private volatile Optional<ScheduledFuture<?>> timeout = Optional.empty();
    private volatile boolean timedOut;
    private volatile @Nullable Count count;
    private boolean completed;

    WatchCall(ServerCallStreamObserver<WatchBatch> client, Executor executor) {
        this.client = client;
        this.executor = executor;
        client.setOnReadyHandler(this::wake);
        client.setOnCancelHandler(this::release);
    }

    /** What is counted about a watch. */
    record Count(RequestMetrics.Running running, CounterDataPoint events, DistributionDataPoint sizes) {
        void sent(WatchBatch batch) {
            events.inc(batch.getEventsCount());
            batch.getEventsList()
                    .forEach(event -> sizes.observe(event.getObject().size()));
        }
    }

    void start(Watcher<WatchEvent> opened, Count counted, long timeoutSeconds, ScheduledExecutorService timer) {
        count = counted;
        watcher = opened;
        if (client.isCancelled()) {
            release();
            return;
        }
        if (timeoutSeconds > 0) {
            timeout = Optional.of(timer.schedule(
                    () -> {
                        timedOut = true;
                        wake();
                    },
                    timeoutSeconds,
                    TimeUnit.SECONDS));
        }
        wake();
    }

    /** Called on any thread; only one at a time sends. */
    void wake() {
        if (turns.getAndIncrement() == 0) {
            executor.execute(this::run);
        }
    }

    private void run() {
        int seen = 1;
        while (true) {
            send();
            seen = turns.addAndGet(-seen);
            if (seen == 0) {
                return;
            }
        }
    }

    private void send() {
        Watcher<WatchEvent> in = watcher;
        if (in == null || completed) {
            return;
        }
        while (client.isReady() && !client.isCancelled()) {
            WatchBatch.Builder batch = WatchBatch.newBuilder();
            int bytes = 0;
            while (batch.getEventsCount() < MAX_EVENTS && bytes < MAX_BYTES) {
                Optional<WatchEvent> event = in.next();
                if (event.isEmpty()) {
                    break;
                }
                bytes += event.get().getObject().size();
                batch.addEvents(event.get());
            }
            if (batch.getEventsCount() == 0) {
                break;
            }
            WatchBatch sent = batch.build();
            Optional.ofNullable(count).ifPresent(counted -> counted.sent(sent));
            client.onNext(sent);
        }
        if (in.end() != Watcher.End.OPEN || timedOut) {
            completed = true;
            release();
            client.onCompleted();
        }
    }

    private void release() {
        Optional.ofNullable(count).ifPresent(counted -> counted.running().end(200, 0));
        timeout.ifPresent(task -> task.cancel(false));
        Watcher<WatchEvent> in = watcher;
        if (in != null) {
            in.close();
        }
    }
}
