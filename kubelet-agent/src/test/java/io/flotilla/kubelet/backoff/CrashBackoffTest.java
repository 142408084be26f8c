package io.flotilla.kubelet.backoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.kubelet.time.TestClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class CrashBackoffTest {
    private static final CrashBackoff.Key KEY = new CrashBackoff.Key("uid", "c");

    private final TestClock clock = new TestClock();
    private final CrashBackoff backoff = new CrashBackoff(clock);

    @Test
    void theFirstRestartComesAtOnce() {
        assertThat(backoff.since(KEY, clock.instant())).isEmpty();
    }

    @Test
    void delaysDoubleFromTenSecondsToFiveMinutes() {
        for (long seconds : new long[] {10, 20, 40, 80, 160, 300, 300}) {
            Instant failed = clock.instant();
            backoff.next(KEY, failed);

            assertThat(backoff.since(KEY, failed))
                    .hasValueSatisfying(wait -> assertThat(wait.delay()).isEqualTo(Duration.ofSeconds(seconds)));

            clock.advance(Duration.ofSeconds(seconds));
            assertThat(backoff.since(KEY, failed)).isEmpty();
        }
    }

    @Test
    void tenMinutesWithoutFailureForgetTheDelay() {
        backoff.next(KEY, clock.instant());
        clock.advance(Duration.ofSeconds(10));
        backoff.next(KEY, clock.instant());

        clock.advance(Duration.ofMinutes(11));
        assertThat(backoff.since(KEY, clock.instant())).isEmpty();
        backoff.next(KEY, clock.instant());

        assertThat(backoff.since(KEY, clock.instant()))
                .hasValueSatisfying(wait -> assertThat(wait.delay()).isEqualTo(Duration.ofSeconds(10)));
    }

    @Test
    void aPodThatIsGoneLeavesNothing() {
        backoff.next(KEY, clock.instant());
        backoff.forget("uid");

        assertThat(backoff.since(KEY, clock.instant())).isEmpty();
    }
}
