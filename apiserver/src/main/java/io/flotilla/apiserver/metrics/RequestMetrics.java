package io.flotilla.apiserver.metrics;

import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.schema.Deprecation;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** Requests by what they are about, however they came in. */
public final class RequestMetrics {
    private static final Set<String> CONNECTED = Set.of("exec", "attach", "portforward", "proxy");
    private static final Set<String> READING = Set.of("GET", "LIST");

    private final Counter total;
    private final Histogram durations;
    private final Histogram sizes;
    private final Gauge longRunning;
    private final Counter watchEvents;
    private final Histogram watchEventSizes;
    private final Histogram watchLists;
    private final Gauge deprecated;
    private final LongAdder reads = new LongAdder();
    private final LongAdder writes = new LongAdder();
    private final Map<Kind, Series> series = new ConcurrentHashMap<>();

    /** What requests are told apart by, but for the code of the answer. */
    private record Kind(
            String verb,
            String group,
            String version,
            String resource,
            String subresource,
            String scope,
            boolean dryRun,
            boolean longRunning) {

        static Kind of(Attributes asked, boolean apply, boolean dryRun, boolean longRunning) {
            return new Kind(
                    apply ? "APPLY" : verb(asked),
                    asked.group(),
                    asked.version(),
                    asked.resource(),
                    asked.isResource() ? asked.subresource() : asked.path(),
                    scope(asked),
                    dryRun,
                    longRunning);
        }

        private static String verb(Attributes asked) {
            if (CONNECTED.contains(asked.subresource())) {
                return "CONNECT";
            }
            return switch (asked.verb()) {
                case "get" -> "GET";
                case "list" -> "LIST";
                case "watch" -> "WATCH";
                case "create" -> "POST";
                case "update" -> "PUT";
                case "patch" -> "PATCH";
                case "delete" -> "DELETE";
                case "deletecollection" -> "DELETECOLLECTION";
                default -> asked.verb().toUpperCase(Locale.ROOT);
            };
        }

        private static String scope(Attributes asked) {
            if (!asked.name().isEmpty() || asked.verb().equals("create")) {
                return "resource";
            }
            if (!asked.namespace().isEmpty()) {
                return "namespace";
            }
            return asked.isResource() ? "cluster" : "";
        }

        String dryRunLabel() {
            return dryRun ? "All" : "";
        }

        boolean isRead() {
            return READING.contains(verb);
        }
    }

    public RequestMetrics(PrometheusRegistry registry) {
        total = Counter.builder()
                .withoutExemplars()
                .name("apiserver_request")
                .help("Counter of apiserver requests broken out for each verb, dry run value, group, version, resource,"
                        + " scope, component, and HTTP response code.")
                .labelNames(
                        "code", "component", "dry_run", "group", "resource", "scope", "subresource", "verb", "version")
                .register(registry);
        durations = Histogram.builder()
                .withoutExemplars()
                .name("apiserver_request_duration_seconds")
                .help("Response latency distribution in seconds")
                .labelNames("component", "dry_run", "group", "resource", "scope", "subresource", "verb", "version")
                .classicOnly()
                .classicUpperBounds(
                        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
                        60)
                .register(registry);
        sizes = Histogram.builder()
                .withoutExemplars()
                .name("apiserver_response_sizes")
                .help("Response size distribution in bytes")
                .labelNames("component", "group", "resource", "scope", "subresource", "verb", "version")
                .classicOnly()
                .classicUpperBounds(1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9)
                .register(registry);
        longRunning = Gauge.builder()
                .withoutExemplars()
                .name("apiserver_longrunning_requests")
                .help("Gauge of all active long-running apiserver requests")
                .labelNames("component", "group", "resource", "scope", "subresource", "verb", "version")
                .register(registry);
        watchEvents = Counter.builder()
                .withoutExemplars()
                .name("apiserver_watch_events")
                .help("Number of events sent in watch clients")
                .labelNames("group", "resource", "version")
                .register(registry);
        watchEventSizes = Histogram.builder()
                .withoutExemplars()
                .name("apiserver_watch_events_sizes")
                .help("Bytes of events sent in watches.")
                .labelNames("group", "resource", "version")
                .classicOnly()
                .classicExponentialUpperBounds(1 << 10, 2, 8)
                .register(registry);
        watchLists = Histogram.builder()
                .withoutExemplars()
                .name("apiserver_watch_list_duration_seconds")
                .help("Seconds from the request for a streamed list to the bookmark that ends it.")
                .labelNames("group", "resource", "scope", "version")
                .classicOnly()
                .classicUpperBounds(0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60)
                .register(registry);
        deprecated = Gauge.builder()
                .withoutExemplars()
                .name("apiserver_requested_deprecated_apis")
                .help("Gauge of deprecated APIs that have been requested, broken out by API group, version, resource,"
                        + " subresource, and removed_release.")
                .labelNames("group", "removed_release", "resource", "subresource", "version")
                .register(registry);
        var _ = GaugeWithCallback.builder()
                .name("apiserver_current_inflight_requests")
                .help("Number of requests that are served now")
                .labelNames("request_kind")
                .callback(callback -> {
                    callback.call((double) reads.sum(), "readOnly");
                    callback.call((double) writes.sum(), "mutating");
                })
                .register(registry);
    }

    /**
     * A request begins.
     *
     * @param apply whether it is a server-side apply
     * @param longRunning whether it lasts as long as its client likes
     */
    public Running begin(Attributes asked, boolean apply, boolean dryRun, boolean longRunning) {
        Kind kind = Kind.of(asked, apply, dryRun, longRunning);
        Series found = series.get(kind);
        if (found == null) {
            found = series.computeIfAbsent(kind, Series::new);
        }
        return new Running(found);
    }

    /** Someone uses what Kubernetes has ceased to serve. */
    public void deprecated(ResourceInfo resource, String subresource, Deprecation deprecation) {
        deprecated
                .labelValues(
                        resource.group(),
                        deprecation.removedRelease(),
                        resource.resource(),
                        subresource,
                        resource.version())
                .set(1);
    }

    /** A watch has told all present objects, as its client wanted. */
    public void listed(Attributes asked, long nanos) {
        watchLists
                .labelValues(asked.group(), asked.resource(), Kind.scope(asked), asked.version())
                .observe(nanos / 1e9);
    }

    /** Counts events sent by watches on a resource. */
    public CounterDataPoint watchEvents(Attributes asked) {
        return watchEvents.labelValues(asked.group(), asked.resource(), asked.version());
    }

    /** Is told the bytes of events sent by watches on a resource. */
    public DistributionDataPoint watchEventSizes(Attributes asked) {
        return watchEventSizes.labelValues(asked.group(), asked.resource(), asked.version());
    }

    /** The meters of one kind of requests. */
    private final class Series {
        private final Kind kind;
        private final DistributionDataPoint duration;
        private final DistributionDataPoint size;
        private final LongAdder current;
        private final Map<Integer, CounterDataPoint> byCode = new ConcurrentHashMap<>(2);

        Series(Kind kind) {
            this.kind = kind;
            duration = durations.labelValues(
                    "apiserver",
                    kind.dryRunLabel(),
                    kind.group(),
                    kind.resource(),
                    kind.scope(),
                    kind.subresource(),
                    kind.verb(),
                    kind.version());
            // Resolved only where they are used: each shows up as a series.
            size = kind.isRead() ? sizes.labelValues(labels()) : duration;
            current = kind.isRead() || kind.verb().equals("WATCH") ? reads : writes;
        }

        private String[] labels() {
            return new String[] {
                "apiserver",
                kind.group(),
                kind.resource(),
                kind.scope(),
                kind.subresource(),
                kind.verb(),
                kind.version()
            };
        }

        private GaugeDataPoint running() {
            return longRunning.labelValues(labels());
        }

        private CounterDataPoint code(int code) {
            CounterDataPoint found = byCode.get(code);
            return found != null
                    ? found
                    : byCode.computeIfAbsent(
                            code,
                            each -> total.labelValues(
                                    Integer.toString(each),
                                    "apiserver",
                                    kind.dryRunLabel(),
                                    kind.group(),
                                    kind.resource(),
                                    kind.scope(),
                                    kind.subresource(),
                                    kind.verb(),
                                    kind.version()));
        }
    }

    /** A request that is being served. */
    public static final class Running {
        private final Series series;
        private final long start = System.nanoTime();
        private final AtomicBoolean ended = new AtomicBoolean();

        private Running(Series series) {
            this.series = series;
            if (series.kind.longRunning()) {
                series.running().inc();
            } else {
                series.current.increment();
            }
        }

        /** The request has been answered; only the first call counts. */
        public void end(int code, long bytes) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            if (series.kind.longRunning()) {
                series.running().dec();
            } else {
                series.current.decrement();
            }
            series.code(code).inc();
            series.duration.observe((System.nanoTime() - start) / 1e9);
            if (series.kind.isRead()) {
                series.size.observe((double) bytes);
            }
        }
    }
}
