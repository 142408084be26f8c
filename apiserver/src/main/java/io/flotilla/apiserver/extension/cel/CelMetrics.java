package io.flotilla.apiserver.extension.cel;

import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** How long expressions take to be read and to be evaluated, wherever in the process. */
public final class CelMetrics {
    static final Histogram COMPILATION =
            histogram("apiserver_cel_compilation_duration_seconds", "Seconds that reading a CEL expression took.");
    static final Histogram EVALUATION =
            histogram("apiserver_cel_evaluation_duration_seconds", "Seconds that evaluating a CEL expression took.");

    private CelMetrics() {}

    public static void register(PrometheusRegistry registry) {
        registry.register(COMPILATION);
        registry.register(EVALUATION);
    }

    private static Histogram histogram(String name, String help) {
        return Histogram.builder()
                .withoutExemplars()
                .name(name)
                .help(help)
                .classicOnly()
                .build();
    }
}
