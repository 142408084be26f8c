package io.flotilla.apiserver.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Validations of policies that did not hold, or could not be evaluated. */
public final class PolicyMetrics {
    private static final String[] LABELS = {"enforcement_action", "error_type", "policy", "policy_binding"};

    private final Counter total;
    private final Histogram durations;

    public PolicyMetrics(PrometheusRegistry registry) {
        total = Counter.builder()
                .withoutExemplars()
                .name("apiserver_validating_admission_policy_check")
                .help(
                        "Validations of admission policies that were followed by an action, by policy, binding and action.")
                .labelNames(LABELS)
                .register(registry);
        durations = Histogram.builder()
                .withoutExemplars()
                .name("apiserver_validating_admission_policy_check_duration_seconds")
                .help("Seconds that such a validation took to evaluate.")
                .labelNames(LABELS)
                .classicOnly()
                .classicUpperBounds(5e-7, 0.001, 0.01, 0.1, 1)
                .register(registry);
    }

    /**
     * A validation is followed by an action.
     *
     * @param action such as {@code deny}; {@code allow} where a failure is ignored
     * @param errorType why it could not be evaluated; {@code no_error} if it just does not hold
     */
    public void checked(String policy, String binding, String action, String errorType, long nanos) {
        total.labelValues(action, errorType, policy, binding).inc();
        durations.labelValues(action, errorType, policy, binding).observe(nanos / 1e9);
    }
}
