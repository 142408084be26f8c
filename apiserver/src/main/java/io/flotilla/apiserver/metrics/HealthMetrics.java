package io.flotilla.apiserver.metrics;

import io.flotilla.machinery.component.HealthChecks;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import java.util.List;

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
     * @param outcomes what they said
     */
    public void checked(String type, List<HealthChecks.Outcome> outcomes) {
        for (HealthChecks.Outcome each : outcomes) {
            boolean ok = each.problem().isEmpty();
            current.labelValues(each.name(), type).set(ok ? 1 : 0);
            total.labelValues(each.name(), ok ? "success" : "error", type).inc();
        }
    }

    /** In the text format of Prometheus. */
    public String scrape() {
        return registry.scrape();
    }
}
