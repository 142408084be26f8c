package io.flotilla.machinery.component;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** The process's metric registry, with the process metrics that every Kubernetes component has. */
public final class ProcessMetrics {
    private ProcessMetrics() {}

    /** Returns a new registry that the global one feeds. */
    public static PrometheusMeterRegistry create() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Metrics.addRegistry(registry);
        bind(registry);
        return registry;
    }

    private static void bind(MeterRegistry registry) {
        ProcessHandle.Info info = ProcessHandle.current().info();
        double startedAt = info.startInstant().orElse(Instant.now()).toEpochMilli() / 1000.0;
        Gauge.builder("process.start.time.seconds", () -> startedAt).register(registry);
        Gauge.builder("process.resident.memory.bytes", ProcessMetrics::residentBytes)
                .register(registry);
        FunctionCounter.builder("process.cpu.seconds", ProcessHandle.current(), ProcessMetrics::cpuSeconds)
                .register(registry);
    }

    private static double cpuSeconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0;
    }

    private static double residentBytes() {
        try {
            String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
            return Long.parseLong(pages[1]) * 4096.0;
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
