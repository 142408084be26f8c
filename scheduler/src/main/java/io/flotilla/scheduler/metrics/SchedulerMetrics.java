package io.flotilla.scheduler.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/** The {@code scheduler_*} metrics. Safe from any thread. */
public final class SchedulerMetrics {
    private static final Duration[] ATTEMPT_BUCKETS = doubling(Duration.ofMillis(1), 15);
    private static final Duration[] EXTENSION_POINT_BUCKETS = doubling(Duration.ofNanos(100_000), 12);
    private static final Duration[] SLI_BUCKETS = doubling(Duration.ofMillis(10), 20);

    private final MeterRegistry registry;
    private final String profile;
    private final DistributionSummary attemptsPerPod;
    private final Counter preemptionAttempts;
    private final DistributionSummary preemptionVictims;
    private final Map<String, Timer> points = new ConcurrentHashMap<>();
    private final Map<String, Timer> attempts = new ConcurrentHashMap<>();
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<Integer, Timer> slis = new ConcurrentHashMap<>();

    /** How an attempt to schedule a pod ended. */
    public enum Result {
        SCHEDULED("scheduled"),
        UNSCHEDULABLE("unschedulable"),
        ERROR("error");

        private final String label;

        Result(String label) {
            this.label = label;
        }
    }

    public SchedulerMetrics(MeterRegistry registry, String profile) {
        this.registry = registry;
        this.profile = profile;
        attemptsPerPod = DistributionSummary.builder("scheduler.pod.scheduling.attempts")
                .serviceLevelObjectives(1, 2, 4, 8, 16)
                .register(registry);
        preemptionAttempts = Counter.builder("scheduler.preemption.attempts").register(registry);
        preemptionVictims = DistributionSummary.builder("scheduler.preemption.victims")
                .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64)
                .register(registry);
    }

    private static Duration[] doubling(Duration first, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> first.multipliedBy(1L << i))
                .toArray(Duration[]::new);
    }

    /** Shows how many pods wait in a queue: active, backoff, unschedulable or gated. */
    public void pendingPods(String queue, DoubleSupplier count) {
        Gauge.builder("scheduler.pending.pods", count, DoubleSupplier::getAsDouble)
                .strongReference(true)
                .tag("queue", queue)
                .register(registry);
    }

    /** Counts a pod that came into a queue. */
    public void incoming(String event, String queue) {
        counters.computeIfAbsent(
                        "incoming/" + event + "/" + queue,
                        _ -> Counter.builder("scheduler.queue.incoming.pods")
                                .tags("event", event, "queue", queue)
                                .register(registry))
                .increment();
    }

    /** Notes the time that all plugins of an extension point took together. */
    public void extensionPoint(String point, String status, long nanos) {
        points.computeIfAbsent(
                        point + "/" + status,
                        _ -> Timer.builder("scheduler.framework.extension.point.duration")
                                .tags("extension_point", point, "profile", profile, "status", status)
                                .serviceLevelObjectives(EXTENSION_POINT_BUCKETS)
                                .register(registry))
                .record(Duration.ofNanos(nanos));
    }

    /** Notes an attempt, binding included where it came to that. */
    public void attempt(Result result, long nanos) {
        attempts.computeIfAbsent(
                        result.label,
                        label -> Timer.builder("scheduler.scheduling.attempt.duration")
                                .tags("profile", profile, "result", label)
                                .serviceLevelObjectives(ATTEMPT_BUCKETS)
                                .register(registry))
                .record(Duration.ofNanos(nanos));
        counters.computeIfAbsent(
                        "attempts/" + result.label,
                        _ -> Counter.builder("scheduler.schedule.attempts")
                                .tags("profile", profile, "result", result.label)
                                .register(registry))
                .increment();
    }

    /**
     * Notes a pod that was bound.
     *
     * @param tries how many attempts it took
     * @param nanos time since the pod first came into the queue
     */
    public void bound(int tries, long nanos) {
        attemptsPerPod.record(tries);
        slis.computeIfAbsent(
                        Math.min(tries, 16),
                        count -> Timer.builder("scheduler.pod.scheduling.sli.duration")
                                .tag("attempts", count == 16 ? "16+" : Integer.toString(count))
                                .serviceLevelObjectives(SLI_BUCKETS)
                                .register(registry))
                .record(Duration.ofNanos(nanos));
    }

    /** Counts an attempt to make room that removed this many pods. */
    public void preempted(int victims) {
        preemptionVictims.record(victims);
    }

    public void preemptionAttempt() {
        preemptionAttempts.increment();
    }
}
