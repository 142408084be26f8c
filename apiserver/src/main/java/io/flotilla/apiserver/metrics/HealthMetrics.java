package io.flotilla.apiserver.metrics;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import java.util.Map;
import java.util.Optional;

/** Outcomes of health checks, for service level indicators: what {@code /metrics/slis} tells (KEP-3466). */
public final class HealthMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Gauge current = Gauge.builder()
            .withoutExemplars()
            .name("kubernetes_healthcheck")
            .help("Outcome of the latest run of a health check: 1 for success.")
            .labelNames("name", "type")
            .register(registry.getPrometheusRegistry());
    private final Counter total = Counter.builder()
            .withoutExemplars()
            .name("kubernetes_healthchecks")
            .help("Runs of health checks by outcome.")
            .labelNames("name", "status", "type")
            .register(registry.getPrometheusRegistry());

    /**
     * Checks were run.
     *
     * @param type the endpoint, such as {@code readyz}
     * @param outcomes what is wrong, if anything, by check
     */
    public void checked(String type, Map<String, Optional<String>> outcomes) {
        outcomes.forEach((name, problem) -> {
            current.labelValues(name, type).set(problem.isEmpty() ? 1 : 0);
            total.labelValues(name, problem.isEmpty() ? "success" : "error", type)
                    .inc();
        });
    }

    /** In the text format of Prometheus. */
    public String scrape() {
        return registry.scrape();
    }
}
