package io.flotilla.apiserver.storage;

import java.util.function.LongSupplier;

/**
 * Leases for values that run out by themselves. Many values share one lease: a new one is granted when the last has been
 * given out for a minute (or a twentieth of the time to live, if that is longer) or a thousand times, and lives longer
 * by that much, so that no value runs out early.
 */
public final class TimedLeases {
    private static final int MAX_VALUES = 1_000;

    private final EtcdStore store;
    private final long seconds;
    private final long reuseNanos;
    private final LongSupplier nanoTime;

    private long lease;
    private long grantedAt;
    private int values;

    public TimedLeases(EtcdStore store, long seconds, LongSupplier nanoTime) {
        this.store = store;
        this.seconds = seconds;
        this.reuseNanos = Math.max(60, seconds / 20) * 1_000_000_000L;
        this.nanoTime = nanoTime;
    }

    /** Returns a lease that lasts at least as long as the values live. */
    public synchronized long next() {
        long now = nanoTime.getAsLong();
        if (lease == 0 || now - grantedAt > reuseNanos || values >= MAX_VALUES) {
            lease = store.grantLease(seconds + reuseNanos / 1_000_000_000L);
            grantedAt = now;
            values = 0;
        }
        values++;
        return lease;
    }

    /** Forgets a lease that turned out to be gone. */
    public synchronized void forget(long gone) {
        if (lease == gone) {
            lease = 0;
        }
    }
}
