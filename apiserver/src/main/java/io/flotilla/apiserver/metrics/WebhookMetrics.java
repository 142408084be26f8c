package io.flotilla.apiserver.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Calls of admission webhooks. */
public final class WebhookMetrics {
    private final Histogram durations;
    private final Counter requests;
    private final Counter rejections;
    private final Counter failedOpen;

    /**
     * What is called.
     *
     * @param name the webhook's
     * @param mutating whether it may change the object
     * @param operation such as {@code CREATE}
     */
    public record Call(String name, boolean mutating, String operation) {
        String type() {
            return mutating ? "admit" : "validating";
        }
    }

    public WebhookMetrics(PrometheusRegistry registry) {
        durations = Histogram.builder()
                .withoutExemplars()
                .name("apiserver_admission_webhook_admission_duration_seconds")
                .help("Admission webhook latency histogram in seconds, identified by name and broken out for each"
                        + " operation and API resource and type (validate or admit).")
                .labelNames("name", "operation", "rejected", "type")
                .classicOnly()
                .classicUpperBounds(0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25)
                .register(registry);
        requests = Counter.builder()
                .withoutExemplars()
                .name("apiserver_admission_webhook_request")
                .help("Admission webhook request total, identified by name and broken out for each admission type"
                        + " (validating or mutating) and operation.")
                .labelNames("code", "name", "operation", "rejected", "type")
                .register(registry);
        rejections = Counter.builder()
                .withoutExemplars()
                .name("apiserver_admission_webhook_rejection_count")
                .help("Admission webhook rejection count, identified by name and broken out for each admission type"
                        + " (validating or admit) and operation.")
                .labelNames("error_type", "name", "operation", "rejection_code", "type")
                .register(registry);
        failedOpen = Counter.builder()
                .withoutExemplars()
                .name("apiserver_admission_webhook_fail_open_count")
                .help("Admission webhook fail open count, identified by name and broken out for each admission type"
                        + " (validating or mutating).")
                .labelNames("name", "type")
                .register(registry);
    }

    /** The webhook has answered. */
    public void answered(Call call, long nanos, boolean allowed, int code) {
        done(call, nanos, !allowed, allowed ? 200 : code);
        if (!allowed) {
            rejections
                    .labelValues("no_error", call.name(), call.operation(), Integer.toString(code), call.type())
                    .inc();
        }
    }

    /** The webhook could not be called, or gave no answer. */
    public void failed(Call call, long nanos, boolean ignored) {
        done(call, nanos, !ignored, 500);
        if (ignored) {
            failedOpen.labelValues(call.name(), call.type()).inc();
        } else {
            rejections
                    .labelValues("calling_webhook_error", call.name(), call.operation(), "0", call.type())
                    .inc();
        }
    }

    private void done(Call call, long nanos, boolean rejected, int code) {
        String told = Boolean.toString(rejected);
        durations.labelValues(call.name(), call.operation(), told, call.type()).observe(nanos / 1e9);
        requests.labelValues(Integer.toString(code), call.name(), call.operation(), told, call.type())
                .inc();
    }
}
