package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.request.StatusException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The requests that are not answered in full, but for those that last as long as the client likes. A request that takes
 * too long is answered in its handler's stead; what the handler says later is dropped. Nothing runs while there are none.
 */
final class InFlight {
    private static final long SWEEP_MILLIS = 250;

    private final ScheduledExecutorService timer;
    private final LongSupplier nanoTime;
    private final long limitNanos;
    private final Set<Exchange> pending = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean sweeping = new AtomicBoolean();

    /** @param limit after which a request is answered with a timeout */
    InFlight(Duration limit, ScheduledExecutorService timer, LongSupplier nanoTime) {
        this.limitNanos = limit.toNanos();
        this.timer = timer;
        this.nanoTime = nanoTime;
    }

    void add(Exchange exchange) {
        exchange.setDeadline(nanoTime.getAsLong() + limitNanos);
        pending.add(exchange);
        exchange.onLeft(() -> pending.remove(exchange));
        if (!sweeping.get() && sweeping.compareAndSet(false, true)) {
            schedule();
        }
    }

    /** The request may last as long as the client likes. */
    void excuse(Exchange exchange) {
        pending.remove(exchange);
    }

    /** The client wants an answer sooner than everyone gets one. */
    void hasten(Exchange exchange, Duration limit) {
        if (limit.isPositive() && limit.toNanos() < limitNanos) {
            exchange.setDeadline(nanoTime.getAsLong() + limit.toNanos());
        }
    }

    private void schedule() {
        try {
            var _ = timer.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The process stops; what is in flight ends with it.
        }
    }

    private void sweep() {
        long now = nanoTime.getAsLong();
        for (Exchange exchange : pending) {
            if (now - exchange.deadline() >= 0 && exchange.expire()) {
                RestHandler.overtaken(
                        exchange, StatusException.timeout("request did not complete within the allotted timeout", 0));
            }
        }
        if (pending.isEmpty()) {
            sweeping.set(false);
            if (pending.isEmpty() || !sweeping.compareAndSet(false, true)) {
                return;
            }
        }
        schedule();
    }

    /** Waits until there are none, or for so long. */
    void await(Duration patience) {
        long start = System.nanoTime();
        while (!pending.isEmpty() && System.nanoTime() - start < patience.toNanos()) {
            LockSupport.parkNanos(2_000_000);
        }
    }
}
