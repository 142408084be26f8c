package io.flotilla.apiserver;

import io.flotilla.apiserver.flowcontrol.Admission;
import io.flotilla.apiserver.flowcontrol.FixedLimits;
import io.flotilla.apiserver.flowcontrol.FlowControl;
import io.flotilla.apiserver.flowcontrol.FlowObjects;
import io.flotilla.apiserver.registry.Registry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Flags about how many requests are served at once, for how long, and how serving ends. */
public final class ServingFlags {
    @Option(
            names = "--request-timeout",
            defaultValue = "1m",
            paramLabel = "DURATION",
            description = "Time that a request which is no watch or session may take (default: ${DEFAULT-VALUE}).")
    private Duration requestTimeout = Duration.ofMinutes(1);

    @Option(
            names = "--shutdown-delay-duration",
            defaultValue = "100ms",
            paramLabel = "DURATION",
            description = "Time for which requests are still taken after /readyz fails and clients have been told to go"
                    + " elsewhere (default: ${DEFAULT-VALUE}).")
    private Duration shutdownDelayDuration = Duration.ofMillis(100);

    @Option(
            names = "--max-requests-inflight",
            defaultValue = "400",
            paramLabel = "N",
            description = "Reads served at once; with priority and fairness, this and --max-mutating-requests-inflight"
                    + " together are the seats that all priority levels share (default: ${DEFAULT-VALUE}).")
    private int maxRequestsInflight = 400;

    @Option(
            names = "--max-mutating-requests-inflight",
            defaultValue = "200",
            paramLabel = "N",
            description = "Writes served at once; see --max-requests-inflight (default: ${DEFAULT-VALUE}).")
    private int maxMutatingRequestsInflight = 200;

    @Option(
            names = "--enable-priority-and-fairness",
            defaultValue = "true",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description = "Whether FlowSchema and PriorityLevelConfiguration objects say which requests are served"
                    + " first (default: ${DEFAULT-VALUE}).")
    private boolean enablePriorityAndFairness = true;

    /** A request waits for a quarter of the time that it may take at most, as in Kubernetes. */
    Admission admission(Registry registry, PrometheusRegistry metrics) {
        if (!enablePriorityAndFairness) {
            return new FixedLimits(maxRequestsInflight, maxMutatingRequestsInflight);
        }
        int seats = maxRequestsInflight + maxMutatingRequestsInflight;
        if (maxRequestsInflight < 0 || maxMutatingRequestsInflight < 0 || seats == 0) {
            throw new IllegalArgumentException("--max-requests-inflight and --max-mutating-requests-inflight: "
                    + "with priority and fairness their sum must be more than 0");
        }
        return new FlowControl(
                FlowObjects.of(registry, "flowschemas"),
                FlowObjects.of(registry, "prioritylevelconfigurations"),
                seats,
                requestTimeout().dividedBy(4),
                metrics,
                System::nanoTime);
    }

    Duration requestTimeout() {
        if (!requestTimeout.isPositive()) {
            throw new IllegalArgumentException("--request-timeout: must be more than 0");
        }
        return requestTimeout;
    }

    Duration shutdownDelayDuration() {
        return shutdownDelayDuration;
    }
}
