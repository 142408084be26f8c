package io.flotilla.apiserver.flowcontrol;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * All seats of the server and the levels that share them. A level may always use the part that it does not lend; above
 * that, what no other level uses or keeps. Seats that were lent come back as soon as the borrower's requests end.
 */
final class Seats {
    private final int total;

    // Guarded by this.
    private final Map<String, PriorityLevel> levels = new HashMap<>();
    private int executing;
    private int waiting;

    Seats(int total) {
        this.total = total;
    }

    /** What became of a request that asked for seats. */
    sealed interface Outcome {
        record Started(Optional<PriorityLevel.Waiter> waited, int seats) implements Outcome {}

        /** No seat; the reason is as the metric names it. */
        record Refused(String reason) implements Outcome {}
    }

    /** Takes over what the objects say now; requests that are executing or waiting stay what they are. */
    synchronized Map<String, PriorityLevel> configure(Collection<LevelConfig> configs) {
        int shares = configs.stream()
                .filter(config -> !config.exempt())
                .mapToInt(LevelConfig::shares)
                .sum();
        Set<String> gone = new HashSet<>(levels.keySet());
        for (LevelConfig config : configs) {
            levels.computeIfAbsent(config.name(), _ -> new PriorityLevel(config))
                    .configure(config, total, shares);
            gone.remove(config.name());
        }
        // A level that is still in use stays until it is empty, and is looked at again with the next change.
        gone.removeIf(
                name -> levels.get(name).executing() > 0 || levels.get(name).waiting() > 0);
        levels.keySet().removeAll(gone);
        dispatch();
        return Map.copyOf(levels);
    }

    /**
     * Takes seats, if need be after waiting for so long at most.
     *
     * @param waits told 1 once the request stands in a queue and -1 when it has left; must not block
     */
    Outcome take(PriorityLevel level, long flow, int wanted, Duration patience, IntConsumer waits)
            throws InterruptedException {
        PriorityLevel.Waiter waiter;
        int seats;
        synchronized (this) {
            seats = level.fit(wanted);
            if (level.waiting() == 0 && level.hasRoom(seats, free(level))) {
                level.begin(seats);
                executing += seats;
                return new Outcome.Started(Optional.empty(), seats);
            }
            if (level.config().queues() == 0) {
                return new Outcome.Refused("concurrency-limit");
            }
            Optional<PriorityLevel.Waiter> queued = level.enqueue(flow, seats);
            if (queued.isEmpty()) {
                return new Outcome.Refused("queue-full");
            }
            waiter = queued.get();
            waiting++;
            waits.accept(1);
        }
        boolean started = false;
        try {
            started = waiter.started().await(patience.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            if (!started) {
                synchronized (this) {
                    if (level.leave(waiter)) {
                        waiting--;
                    } else {
                        started = true;
                    }
                }
            }
            waits.accept(-1);
        }
        return started ? new Outcome.Started(Optional.of(waiter), seats) : new Outcome.Refused("time-out");
    }

    /** Gives seats back. */
    synchronized void giveBack(PriorityLevel level, Outcome.Started taken, double seconds) {
        level.end(taken.seats());
        executing -= taken.seats();
        taken.waited().ifPresent(waiter -> level.settle(waiter, seconds));
        if (waiting > 0) {
            dispatch();
        }
    }

    private int free(PriorityLevel level) {
        int reserved = 0;
        for (PriorityLevel each : levels.values()) {
            reserved += each.reserve();
        }
        return total - executing - reserved + level.reserve();
    }

    /** Starts all that can be: first in levels that use less than their own share. */
    private void dispatch() {
        List<PriorityLevel> wanting =
                levels.values().stream().filter(level -> level.waiting() > 0).toList();
        for (boolean borrowing : new boolean[] {false, true}) {
            boolean progress = true;
            while (progress) {
                progress = false;
                for (PriorityLevel level : wanting) {
                    int seats = level.next();
                    if (seats > 0
                            && (borrowing || level.executing() + seats <= level.nominal())
                            && level.hasRoom(seats, free(level))) {
                        level.startNext();
                        executing += seats;
                        waiting--;
                        progress = true;
                    }
                }
            }
        }
    }

    synchronized int executing() {
        return executing;
    }

    synchronized int waiting() {
        return waiting;
    }
}
