package io.flotilla.kubelet.stats;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Turns counters into rates: the growth since the counter was last seen. */
final class Rates {
    private static final int REMEMBERED = 4096;

    private record Seen(long value, Instant at, long rate) {}

    private final Map<String, Seen> seen = new LinkedHashMap<>(16, 0.75f, true) { // guarded by this
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Seen> eldest) {
                    return size() > REMEMBERED;
                }
            };

    /** Returns the growth a second, 0 at the first sight. */
    synchronized long perSecond(String name, long value, Instant at) {
        Seen before = seen.get(name);
        if (before == null) {
            seen.put(name, new Seen(value, at, 0));
            return 0;
        }
        long millis = Duration.between(before.at(), at).toMillis();
        if (millis < 500) {
            return before.rate();
        }
        long rate = Math.max(0, value - before.value()) * 1000 / millis;
        seen.put(name, new Seen(value, at, rate));
        return rate;
    }
}
