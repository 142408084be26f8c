package io.flotilla.controllermanager.nodelifecycle;

import java.util.function.LongSupplier;

/** A token bucket of one token: who takes it must wait for the next. Confined to one thread. */
final class EvictionBudget {
    private final LongSupplier nanoTime;
    private double perSecond;
    private double tokens = 1;
    private long filledAt;

    EvictionBudget(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.filledAt = nanoTime.getAsLong();
    }

    void rate(double nodesPerSecond) {
        fill();
        perSecond = nodesPerSecond;
    }

    boolean tryTake() {
        fill();
        if (perSecond <= 0 || tokens < 1) {
            return false;
        }
        tokens -= 1;
        return true;
    }

    private void fill() {
        long now = nanoTime.getAsLong();
        tokens = Math.min(1, tokens + perSecond * (now - filledAt) / 1e9);
        filledAt = now;
    }
}
