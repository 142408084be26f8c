package io.flotilla.machinery.workqueue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A queue of keys of which each stands in it at most once and is never handed to two workers at a time: a key added
 * while it is being worked on comes again after {@link #done}. Keys may be added for later, and with a delay that grows
 * with every failure. Safe from any thread.
 */
public final class WorkQueue<K> implements AutoCloseable {
    private record Delayed<K>(K key, long at, long sequence) implements Comparable<Delayed<K>> {
        @Override
        public int compareTo(Delayed<K> other) {
            int byTime = Long.compare(at - other.at, 0);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All below are guarded by lock.
    private final ArrayDeque<K> ready = new ArrayDeque<>();
    private final Set<K> dirty = new HashSet<>();
    private final Set<K> processing = new HashSet<>();
    private final PriorityQueue<Delayed<K>> delayed = new PriorityQueue<>();
    private final Map<K, Long> dueAt = new HashMap<>();
    private final Map<K, Integer> failures = new HashMap<>();
    private long sequence;
    private boolean closed;

    private final Backoff backoff;
    private final LongSupplier nanoTime;
    private final QueueMetrics<K> metrics;

    /** A queue with the metrics of its name and client-go's default back-off (5 ms doubling to 1,000 s). */
    public WorkQueue(String name) {
        this(name, Backoff.DEFAULT, System::nanoTime);
    }

    public WorkQueue(String name, Backoff backoff, LongSupplier nanoTime) {
        this.backoff = backoff;
        this.nanoTime = nanoTime;
        this.metrics = new QueueMetrics<>(name, nanoTime);
    }

    /** Adds the key unless it waits already. */
    public void add(K key) {
        lock.lock();
        try {
            addReady(key);
        } finally {
            lock.unlock();
        }
    }

    /** Adds the key after a delay; the earliest of several delays counts. */
    public void addAfter(K key, Duration delay) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (delay.isZero() || delay.isNegative()) {
                addReady(key);
                return;
            }
            long at = nanoTime.getAsLong() + delay.toNanos();
            Long due = dueAt.get(key);
            if (due == null || at - due < 0) {
                dueAt.put(key, at);
                delayed.add(new Delayed<>(key, at, sequence++));
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Adds the key after the delay that its failures since the last {@link #forget} have earned. */
    public void addRateLimited(K key) {
        lock.lock();
        try {
            int count = failures.merge(key, 1, Integer::sum);
            metrics.retried();
            addAfter(key, backoff.delay(count - 1));
        } finally {
            lock.unlock();
        }
    }

    /** The key has been dealt with: its next failure counts as the first. */
    public void forget(K key) {
        lock.lock();
        try {
            failures.remove(key);
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of failures since the last {@link #forget}. */
    public int failures(K key) {
        lock.lock();
        try {
            return failures.getOrDefault(key, 0);
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a key; the caller must call {@link #done} for it. Returns nothing once the queue is closed. */
    public Optional<K> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) {
                    return Optional.empty();
                }
                long wait = promoteDue();
                K key = ready.poll();
                if (key != null) {
                    dirty.remove(key);
                    processing.add(key);
                    metrics.taken(key, ready.size());
                    if (!ready.isEmpty()) {
                        changed.signal();
                    }
                    return Optional.of(key);
                }
                if (wait < 0) {
                    changed.await();
                } else {
                    changed.await(wait, TimeUnit.NANOSECONDS);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The key has been worked on; if it was added meanwhile it becomes ready again. */
    public void done(K key) {
        lock.lock();
        try {
            processing.remove(key);
            metrics.done(key);
            if (dirty.contains(key)) {
                ready.add(key);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many keys are ready. */
    public int size() {
        lock.lock();
        try {
            return ready.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void addReady(K key) {
        if (closed || !dirty.add(key)) {
            return;
        }
        metrics.added(key, ready.size() + 1);
        if (!processing.contains(key)) {
            ready.add(key);
            changed.signal();
        }
    }

    /** Moves what is due; returns the time until the next is, or -1 where none waits. */
    private long promoteDue() {
        while (true) {
            Delayed<K> next = delayed.peek();
            if (next == null) {
                return -1;
            }
            long left = next.at() - nanoTime.getAsLong();
            if (left > 0) {
                return left;
            }
            delayed.remove();
            Long due = dueAt.get(next.key());
            if (due != null && due == next.at()) {
                dueAt.remove(next.key());
                addReady(next.key());
            }
        }
    }
}
