package io.flotilla.apiserver.rest;

import io.netty.channel.Channel;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Reads from a client only while everything that its bytes are passed on to takes more. For any thread. */
final class ReadingGate {
    private final Channel channel;
    // Guarded by this.
    private final Set<Object> full = new HashSet<>();

    ReadingGate(Channel channel) {
        this.channel = channel;
    }

    /** Reads no more until {@link #open}, unless what has just been passed on to takes more. */
    void shut(Object full, BooleanSupplier takesMore) {
        if (takesMore.getAsBoolean()) {
            return;
        }
        change(full, true);
        // It may have become ready in between, and tells so only once.
        if (takesMore.getAsBoolean()) {
            open(full);
        }
    }

    /** This one takes more, or will take nothing again. */
    void open(Object ready) {
        change(ready, false);
    }

    private synchronized void change(Object which, boolean isFull) {
        if (isFull) {
            full.add(which);
        } else {
            full.remove(which);
        }
        channel.config().setAutoRead(full.isEmpty());
    }
}
