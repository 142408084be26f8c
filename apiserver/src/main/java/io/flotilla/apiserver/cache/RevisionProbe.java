package io.flotilla.apiserver.cache;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Asks for the store's current revision on behalf of many readers at once. A reader joins the probe that starts next,
 * never one under way: that one may have read the revision before a write that the reader must see. Where readers come
 * so fast that several shared the last probe, the next one begins {@link #GAP} after it, so that more share it.
 */
final class RevisionProbe {
    static final long GAP = TimeUnit.MILLISECONDS.toNanos(1);

    private final LongSupplier ask;
    private final LongSupplier nanoTime;
    private final LongConsumer pause;

    // Guarded by this.
    private Optional<CompletableFuture<Long>> next = Optional.empty();
    private int readers;
    private boolean running;

    // For the probes alone, which follow each other.
    private long started;
    private int shared;

    RevisionProbe(LongSupplier ask) {
        this(ask, System::nanoTime, LockSupport::parkNanos);
    }

    /** @param pause waits for so many nanoseconds, or for less */
    RevisionProbe(LongSupplier ask, LongSupplier nanoTime, LongConsumer pause) {
        this.ask = ask;
        this.nanoTime = nanoTime;
        this.pause = pause;
    }

    /** Returns a revision that is not older than this call. */
    long revision() {
        CompletableFuture<Long> mine;
        boolean start;
        synchronized (this) {
            mine = next.orElseGet(CompletableFuture::new);
            next = Optional.of(mine);
            readers++;
            start = !running;
            running = true;
        }
        if (start) {
            Thread.ofVirtual().name("revision-probe").start(this::run);
        }
        try {
            return mine.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private void run() {
        while (true) {
            synchronized (this) {
                if (next.isEmpty()) {
                    running = false;
                    return;
                }
            }
            gather();
            CompletableFuture<Long> current;
            synchronized (this) {
                current = next.orElseThrow();
                next = Optional.empty();
                shared = readers;
                readers = 0;
            }
            started = nanoTime.getAsLong();
            try {
                current.complete(ask.getAsLong());
            } catch (RuntimeException e) {
                current.completeExceptionally(e);
            }
        }
    }

    private void gather() {
        long early = started + GAP - nanoTime.getAsLong();
        if (shared > 1 && early > 0) {
            pause.accept(Math.min(early, GAP));
        }
    }
}
