package io.flotilla.kubelet.runtime.embedded;

import java.time.Instant;

/** CRI's timestamps: nanoseconds since the epoch. */
public final class Nanos {

    private Nanos() {}

    public static long of(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
    }

    public static Instant toInstant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }
}
