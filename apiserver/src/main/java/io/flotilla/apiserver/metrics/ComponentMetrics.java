package io.flotilla.apiserver.metrics;

import io.flotilla.machinery.component.FlotillaVersion;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** What a component tells of itself: its build, and how many metrics it has. None of them can be hidden or disabled. */
public final class ComponentMetrics {
    private static final String REGISTERED = "registered_metrics";

    /** As Kubernetes classes them; counters without their suffix. What is not listed may change. */
    private static final Set<String> STABLE = Set.of(
            "apiserver_admission_controller_admission_duration_seconds",
            "apiserver_admission_step_admission_duration_seconds",
            "apiserver_admission_webhook_admission_duration_seconds",
            "apiserver_current_inflight_requests",
            "apiserver_longrunning_requests",
            "apiserver_request",
            "apiserver_request_duration_seconds",
            "apiserver_requested_deprecated_apis",
            "apiserver_response_sizes",
            "apiserver_storage_objects",
            "apiserver_storage_size_bytes");

    private static final Set<String> BETA = Set.of(
            "apiserver_cel_compilation_duration_seconds",
            "apiserver_cel_evaluation_duration_seconds",
            "apiserver_flowcontrol_current_executing_requests",
            "apiserver_flowcontrol_current_executing_seats",
            "apiserver_flowcontrol_current_inqueue_requests",
            "apiserver_flowcontrol_dispatched_requests",
            "apiserver_flowcontrol_nominal_limit_seats",
            "apiserver_flowcontrol_rejected_requests",
            "apiserver_flowcontrol_request_wait_duration_seconds",
            "apiserver_storage_events_received",
            "apiserver_validating_admission_policy_check",
            "apiserver_validating_admission_policy_check_duration_seconds",
            "apiserver_watch_list_duration_seconds",
            "disabled_metrics",
            "hidden_metrics",
            "kubernetes_build_info",
            REGISTERED);

    private ComponentMetrics() {}

    public static void register(PrometheusRegistry registry) {
        Gauge.builder()
                .withoutExemplars()
                .name("kubernetes_build_info")
                .help("Always 1; its labels tell what was built, from what, and when.")
                .labelNames(
                        "build_date",
                        "compiler",
                        "git_commit",
                        "git_tree_state",
                        "git_version",
                        "go_version",
                        "major",
                        "minor",
                        "platform")
                .register(registry)
                .labelValues(
                        FlotillaVersion.BUILD_DATE,
                        FlotillaVersion.COMPILER,
                        FlotillaVersion.GIT_COMMIT,
                        FlotillaVersion.GIT_TREE_STATE,
                        FlotillaVersion.GIT_VERSION,
                        FlotillaVersion.LANGUAGE_VERSION,
                        FlotillaVersion.MAJOR,
                        FlotillaVersion.MINOR,
                        FlotillaVersion.PLATFORM)
                .set(1);
        zero(registry, "hidden_metrics", "Metrics that are left out for their age.");
        zero(registry, "disabled_metrics", "Metrics that are left out by choice.");
        AtomicReference<Map<String, Long>> counted = new AtomicReference<>(Map.of());
        var _ = CounterWithCallback.builder()
                .name(REGISTERED)
                .help("Metrics that had a value when they were first asked for, by stability.")
                .labelNames("deprecated_version", "stability_level")
                .callback(callback -> {
                    if (counted.get().isEmpty()) {
                        counted.set(count(registry));
                    }
                    counted.get().forEach((stability, metrics) -> callback.call((double) metrics, "", stability));
                })
                .register(registry);
    }

    private static void zero(PrometheusRegistry registry, String name, String help) {
        var _ = Counter.builder().withoutExemplars().name(name).help(help).register(registry);
    }

    private static Map<String, Long> count(PrometheusRegistry registry) {
        // Not itself: it is being asked.
        return registry.scrape(name -> !name.equals(REGISTERED)).stream()
                .map(MetricSnapshot::getMetadata)
                .collect(Collectors.groupingBy(each -> stability(each.getName()), Collectors.counting()));
    }

    private static String stability(String name) {
        if (STABLE.contains(name)) {
            return "STABLE";
        }
        return BETA.contains(name) ? "BETA" : "ALPHA";
    }
}
