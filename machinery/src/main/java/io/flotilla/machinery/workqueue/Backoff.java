package io.flotilla.machinery.workqueue;

import java.time.Duration;

/**
 * A delay that doubles with every failure.
 *
 * @param base delay after the first failure
 * @param max longest delay
 */
public record Backoff(Duration base, Duration max) {
    /** client-go's default for controllers. */
    public static final Backoff DEFAULT = new Backoff(Duration.ofMillis(5), Duration.ofSeconds(1000));

    /** Returns the delay after this many earlier failures, which is never longer than {@code max}. */
    public Duration delay(int earlierFailures) {
        if (earlierFailures >= 62) {
            return max;
        }
        long factor = 1L << earlierFailures;
        long limit = max.toNanos() / Math.max(base.toNanos(), 1);
        return factor > limit ? max : base.multipliedBy(factor);
    }
}
