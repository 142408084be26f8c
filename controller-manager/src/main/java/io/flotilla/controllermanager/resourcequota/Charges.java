package io.flotilla.controllermanager.resourcequota;

import io.flotilla.machinery.scheme.ObjectKey;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * When quotas last changed. An API server charges a quota a moment before it stores the object, so a count taken at that
 * moment would miss the object and take its charge back: a quota is counted when it has been quiet, or after a while all
 * the same. Safe from any thread.
 */
final class Charges {
    /** Longer than a charged object takes to be stored and to be seen here. */
    static final Duration QUIET = Duration.ofMillis(100);

    private static final Duration PATIENCE = Duration.ofMillis(700);

    private final LongSupplier nanoTime;
    private final Map<ObjectKey, Long> changed = new ConcurrentHashMap<>();
    private final Map<ObjectKey, Long> waiting = new ConcurrentHashMap<>();

    Charges(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void changed(ObjectKey quota) {
        changed.put(quota, nanoTime.getAsLong());
    }

    void gone(ObjectKey quota) {
        changed.remove(quota);
        waiting.remove(quota);
    }

    /** Says whether the quota can be counted now. */
    boolean areOver(ObjectKey quota) {
        long now = nanoTime.getAsLong();
        Long last = changed.get(quota);
        if (last == null || now - last >= QUIET.toNanos()) {
            waiting.remove(quota);
            return true;
        }
        Long since = waiting.putIfAbsent(quota, now);
        if (since != null && now - since >= PATIENCE.toNanos()) {
            waiting.remove(quota);
            return true;
        }
        return false;
    }
}
