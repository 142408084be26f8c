package io.flotilla.apiserver.cache;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;

/**
 * Asks for the store's current revision on behalf of many readers at once. A reader joins the probe that starts next,
 * never one under way: that one may have read the revision before a write that the reader must see.
 */
final class RevisionProbe {
    private final LongSupplier ask;

    // Guarded by this.
    private Optional<CompletableFuture<Long>> next = Optional.empty();
    private boolean running;

    RevisionProbe(LongSupplier ask) {
        this.ask = ask;
    }

    /** Returns a revision that is not older than this call. */
    long revision() {
        CompletableFuture<Long> mine;
        boolean start;
        synchronized (this) {
            mine = next.orElseGet(CompletableFuture::new);
            next = Optional.of(mine);
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
            CompletableFuture<Long> current;
            synchronized (this) {
                if (next.isEmpty()) {
                    running = false;
                    return;
                }
                current = next.get();
                next = Optional.empty();
            }
            try {
                current.complete(ask.getAsLong());
            } catch (RuntimeException e) {
                current.completeExceptionally(e);
            }
        }
    }
}
