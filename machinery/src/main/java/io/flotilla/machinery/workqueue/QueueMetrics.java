package io.flotilla.machinery.workqueue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** The {@code workqueue_*} metrics of one queue. Called under the queue's lock. */
final class QueueMetrics<K> {
    private final LongSupplier nanoTime;
    private final Map<K, Long> addedAt = new HashMap<>();
    private final Map<K, Long> takenAt = new HashMap<>();
    private final AtomicInteger depth = new AtomicInteger();
    private final Counter adds;
    private final Counter retries;
    private final Timer waiting;
    private final Timer working;

    QueueMetrics(String name, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        Tags tags = Tags.of("name", name);
        adds = Metrics.counter("workqueue.adds", tags);
        retries = Metrics.counter("workqueue.retries", tags);
        waiting = timer("workqueue.queue.duration", tags);
        working = timer("workqueue.work.duration", tags);
        // A queue of the same name may have served an earlier leadership of this process.
        Gauge earlier =
                Metrics.globalRegistry.find("workqueue.depth").tags(tags).gauge();
        if (earlier != null) {
            Metrics.globalRegistry.remove(earlier);
        }
        Gauge.builder("workqueue.depth", depth, AtomicInteger::get).tags(tags).register(Metrics.globalRegistry);
    }

    private static Timer timer(String name, Tags tags) {
        return Timer.builder(name)
                .tags(tags)
                .serviceLevelObjectives(
                        Duration.ofMillis(1), Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofSeconds(1))
                .register(Metrics.globalRegistry);
    }

    void added(K key, int size) {
        adds.increment();
        depth.set(size);
        addedAt.putIfAbsent(key, nanoTime.getAsLong());
    }

    void taken(K key, int size) {
        depth.set(size);
        long now = nanoTime.getAsLong();
        Long since = addedAt.remove(key);
        if (since != null) {
            waiting.record(now - since, TimeUnit.NANOSECONDS);
        }
        takenAt.put(key, now);
    }

    void done(K key) {
        Long since = takenAt.remove(key);
        if (since != null) {
            working.record(nanoTime.getAsLong() - since, TimeUnit.NANOSECONDS);
        }
    }

    void retried() {
        retries.increment();
    }
}
