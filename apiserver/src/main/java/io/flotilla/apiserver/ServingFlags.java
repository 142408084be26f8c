package io.flotilla.apiserver;

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
