package io.flotilla.kubelet.backoff;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kubelet's back-off: 10 s that double to 5 min with every new failure, forgotten when the last one is twice the
 * longest delay ago. One entry for each key that ever failed; {@link #forget} drops those of a pod that is gone.
 */
public final class CrashBackoff {
    public static final Duration FIRST = Duration.ofSeconds(10);
    public static final Duration LONGEST = Duration.ofMinutes(5);

    private record Entry(Duration delay, Instant updated) {}

    /** What failed: a container of a pod, or its image. */
    public record Key(String podUid, String name) {}

    private final Map<Key, Entry> entries = new ConcurrentHashMap<>();
    private final Clock clock;
    private final Duration first;
    private final Duration longest;

    public CrashBackoff(Clock clock) {
        this(clock, FIRST, LONGEST);
    }

    public CrashBackoff(Clock clock, Duration first, Duration longest) {
        this.clock = clock;
        this.first = first;
        this.longest = longest;
    }

    /** A delay that is being waited out. */
    public record Wait(Duration delay, Instant until) {}

    /** Returns the wait that a failure at this time has earned, if it is not over. */
    public Optional<Wait> since(Key key, Instant failedAt) {
        Entry entry = entries.get(key);
        if (entry == null || isForgotten(entry, failedAt)) {
            return Optional.empty();
        }
        Instant until = failedAt.plus(entry.delay());
        return clock.instant().isBefore(until) ? Optional.of(new Wait(entry.delay(), until)) : Optional.empty();
    }

    /** Returns the wait that counts from the last failure recorded here, if it is not over. */
    public Optional<Wait> sinceLast(Key key) {
        Entry entry = entries.get(key);
        return entry == null ? Optional.empty() : since(key, entry.updated());
    }

    /** Records that one more attempt begins after a failure at this time: the next wait is longer. */
    public void next(Key key, Instant failedAt) {
        entries.compute(key, (_, before) -> {
            if (before == null || isForgotten(before, failedAt)) {
                return new Entry(first, clock.instant());
            }
            Duration doubled = before.delay().multipliedBy(2);
            return new Entry(doubled.compareTo(longest) > 0 ? longest : doubled, clock.instant());
        });
    }

    public void forget(String podUid) {
        entries.keySet().removeIf(key -> key.podUid().equals(podUid));
    }

    private boolean isForgotten(Entry entry, Instant at) {
        return Duration.between(entry.updated(), at).compareTo(longest.multipliedBy(2)) > 0;
    }
}
