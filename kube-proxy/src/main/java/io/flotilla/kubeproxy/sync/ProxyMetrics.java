package io.flotilla.kubeproxy.sync;

import io.flotilla.kubeproxy.service.Services;
import io.flotilla.kubeproxy.userspace.UserspaceProxy;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;

/** The {@code kubeproxy_*} metrics. */
final class ProxyMetrics {
    private static final Duration[] BUCKETS =
            IntStream.range(0, 15).mapToObj(i -> Duration.ofMillis(1L << i)).toArray(Duration[]::new);

    private final Clock clock;
    private final Timer syncDuration;
    private volatile Instant lastSync = Instant.EPOCH;
    private volatile Instant lastQueued = Instant.EPOCH;

    ProxyMetrics(MeterRegistry registry, Services services, UserspaceProxy proxy, Clock clock) {
        this.clock = clock;
        syncDuration = Timer.builder("kubeproxy.sync.proxy.rules.duration")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        Gauge.builder("kubeproxy.sync.proxy.rules.last.timestamp.seconds", () -> seconds(lastSync))
                .register(registry);
        Gauge.builder("kubeproxy.sync.proxy.rules.last.queued.timestamp.seconds", () -> seconds(lastQueued))
                .register(registry);
        FunctionCounter.builder("kubeproxy.sync.proxy.rules.endpoint.changes", services, Services::endpointChanges)
                .register(registry);
        FunctionCounter.builder("kubeproxy.sync.proxy.rules.service.changes", services, Services::serviceChanges)
                .register(registry);
        Gauge.builder("kubeproxy.userspace.unbound.addresses", proxy, UserspaceProxy::unbound)
                .strongReference(true)
                .register(registry);
    }

    private static double seconds(Instant instant) {
        return instant.toEpochMilli() / 1000.0;
    }

    void queued() {
        lastQueued = clock.instant();
    }

    void synced(Duration took) {
        syncDuration.record(took);
        lastSync = clock.instant();
    }
}
