package io.flotilla.apiserver.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.apiserver.authz.Attributes;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

final class RequestMetricsTest {
    private static final Attributes GET_POD = new Attributes("get", "", "v1", "pods", "", "default", "web", "");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RequestMetrics metrics = new RequestMetrics(registry.getPrometheusRegistry());

    @Test
    void aRequestIsCountedByWhatItIsAndHowItEnds() {
        RequestMetrics.Running running = metrics.begin(GET_POD, false, false, false);
        assertThat(registry.scrape()).contains("apiserver_current_inflight_requests{request_kind=\"readOnly\"} 1.0");
        running.end(200, 1_500);
        running.end(500, 1_500);

        assertThat(registry.scrape())
                .contains("apiserver_request_total{code=\"200\",component=\"apiserver\",dry_run=\"\",group=\"\","
                        + "resource=\"pods\",scope=\"resource\",subresource=\"\",verb=\"GET\",version=\"v1\"} 1.0")
                .contains("apiserver_request_duration_seconds_bucket{component=\"apiserver\",dry_run=\"\",group=\"\","
                        + "resource=\"pods\",scope=\"resource\",subresource=\"\",verb=\"GET\",version=\"v1\","
                        + "le=\"60.0\"} 1")
                .contains("apiserver_response_sizes_bucket{component=\"apiserver\",group=\"\",resource=\"pods\","
                        + "scope=\"resource\",subresource=\"\",verb=\"GET\",version=\"v1\",le=\"10000.0\"} 1")
                .contains("apiserver_current_inflight_requests{request_kind=\"readOnly\"} 0.0")
                .doesNotContain("code=\"500\"");
    }

    @Test
    void watchesAreLongRunningRequests() {
        Attributes watch = new Attributes("watch", "apps", "v1", "deployments", "", "", "", "");
        RequestMetrics.Running running = metrics.begin(watch, false, false, true);
        String gauge = "apiserver_longrunning_requests{component=\"apiserver\",group=\"apps\",resource=\"deployments\","
                + "scope=\"cluster\",subresource=\"\",verb=\"WATCH\",version=\"v1\"} ";
        assertThat(registry.scrape()).contains(gauge + "1.0");
        running.end(200, 0);
        assertThat(registry.scrape()).contains(gauge + "0.0");
    }

    @Test
    void applyDryRunAndSessionsHaveNamesOfTheirOwn() {
        Attributes patch = new Attributes("patch", "", "v1", "pods", "", "default", "web", "");
        metrics.begin(patch, true, true, false).end(200, 0);
        Attributes exec = new Attributes("create", "", "v1", "pods", "exec", "default", "web", "");
        metrics.begin(exec, false, false, true).end(101, 0);

        assertThat(registry.scrape())
                .contains(
                        "dry_run=\"All\",group=\"\",resource=\"pods\",scope=\"resource\",subresource=\"\",verb=\"APPLY\"")
                .contains("code=\"101\",component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"pods\","
                        + "scope=\"resource\",subresource=\"exec\",verb=\"CONNECT\"");
    }
}
