package io.flotilla.apiserver.flowcontrol;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The metrics of priority and fairness, named and labelled as Kubernetes does it. */
final class FlowMeters {
    private static final String PREFIX = "apiserver_flowcontrol_";
    private static final String SCHEMA = "flow_schema";
    private static final String LEVEL = "priority_level";

    private final Counter dispatched;
    private final Counter rejected;
    private final Gauge executingRequests;
    private final Gauge executingSeats;
    private final Gauge inQueue;
    private final Gauge nominalSeats;
    private final Histogram waits;

    FlowMeters(PrometheusRegistry registry) {
        dispatched = Counter.builder()
                .withoutExemplars()
                .name(PREFIX + "dispatched_requests")
                .help("Number of requests executed by API Priority and Fairness subsystem")
                .labelNames(LEVEL, SCHEMA)
                .register(registry);
        rejected = Counter.builder()
                .withoutExemplars()
                .name(PREFIX + "rejected_requests")
                .help("Number of requests rejected by API Priority and Fairness subsystem")
                .labelNames(LEVEL, SCHEMA, "reason")
                .register(registry);
        executingRequests = gauge(registry, "current_executing_requests", "Requests that are executed now");
        executingSeats = gauge(registry, "current_executing_seats", "Seats in use now");
        inQueue = gauge(registry, "current_inqueue_requests", "Requests that wait now");
        nominalSeats = Gauge.builder()
                .withoutExemplars()
                .name(PREFIX + "nominal_limit_seats")
                .help("Seats of each priority level before borrowing and lending")
                .labelNames(LEVEL)
                .register(registry);
        waits = Histogram.builder()
                .withoutExemplars()
                .name(PREFIX + "request_wait_duration_seconds")
                .help("Time that requests spent waiting")
                .labelNames(LEVEL, SCHEMA, "execute")
                .classicOnly()
                .classicUpperBounds(0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30)
                .register(registry);
    }

    private static Gauge gauge(PrometheusRegistry registry, String name, String help) {
        return Gauge.builder()
                .withoutExemplars()
                .name(PREFIX + name)
                .help(help)
                .labelNames(LEVEL, SCHEMA)
                .register(registry);
    }

    void nominal(PriorityLevel level) {
        nominalSeats.labelValues(level.config().name()).set(level.nominal());
    }

    /** Meters of one schema in its level, resolved once. */
    Meter of(String schema, String level) {
        return new Meter(schema, level);
    }

    /** What is counted about one schema. */
    final class Meter {
        private final String schema;
        private final String level;
        private final CounterDataPoint started;
        private final GaugeDataPoint requests;
        private final GaugeDataPoint seatsInUse;
        private final GaugeDataPoint queued;
        private final DistributionDataPoint waitsOfExecuted;

        private Meter(String schema, String level) {
            this.schema = schema;
            this.level = level;
            started = dispatched.labelValues(level, schema);
            requests = executingRequests.labelValues(level, schema);
            seatsInUse = executingSeats.labelValues(level, schema);
            queued = inQueue.labelValues(level, schema);
            waitsOfExecuted = waits.labelValues(level, schema, "true");
        }

        void waits(int change) {
            queued.inc(change);
        }

        void starts(int seats, double waitedSeconds) {
            started.inc();
            requests.inc();
            seatsInUse.inc(seats);
            waitsOfExecuted.observe(waitedSeconds);
        }

        void ends(int seats) {
            requests.dec();
            seatsInUse.dec(seats);
        }

        void refuses(String reason, double waitedSeconds) {
            rejected.labelValues(level, schema, reason).inc();
            waits.labelValues(level, schema, "false").observe(waitedSeconds);
        }
    }
}
