package io.flotilla.controllermanager.resourcequota;

import io.flotilla.machinery.scheme.ObjectKey;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * When quotas last changed. An API server charges a quota a moment before it stores the object, so a count taken at that
 * moment would miss the object and take its charge back: a quota is counted when it has been quiet, or after a while all
 * the same; and what was charged lately is taken back only where something that the quota counts has gone. Safe from any
 * thread.
 */
final class Charges {
    /** Longer than a charged object takes to be stored and to be seen here, as a rule. */
    static final Duration QUIET = Duration.ofMillis(100);

    /** The same where a disk is slow. */
    static final Duration SETTLED = Duration.ofSeconds(10);

    private static final Duration PATIENCE = Duration.ofMillis(700);

    private final LongSupplier nanoTime;
    private final Map<ObjectKey, Long> changed = new ConcurrentHashMap<>();
    private final Map<ObjectKey, Long> waiting = new ConcurrentHashMap<>();
    private final Set<ObjectKey> released = ConcurrentHashMap.newKeySet();

    Charges(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void changed(ObjectKey quota) {
        changed.put(quota, nanoTime.getAsLong());
    }

    void gone(ObjectKey quota) {
        changed.remove(quota);
        waiting.remove(quota);
        released.remove(quota);
    }

    /** Something that the quota counts has gone, or uses less. */
    void released(ObjectKey quota) {
        released.add(quota);
    }

    /** Says whether something has gone since this was last asked. */
    boolean takeReleased(ObjectKey quota) {
        return released.remove(quota);
    }

    /** Says whether what has been charged is stored or will never be. */
    boolean areSettled(ObjectKey quota) {
        Long last = changed.get(quota);
        return last == null || nanoTime.getAsLong() - last >= SETTLED.toNanos();
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
