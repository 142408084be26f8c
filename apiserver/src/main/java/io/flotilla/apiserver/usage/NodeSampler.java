package io.flotilla.apiserver.usage;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The last two samples of one node. Who asks while another is waiting for the node waits with it; an answer serves for a
 * while, and so does the lack of one.
 */
final class NodeSampler {
    /** Clients may see what is so old: the interval at which metrics-server asks nodes. */
    private static final Duration FRESH = Duration.ofSeconds(15);

    /** So long a node that did not answer is not asked again. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    /** A sample that is older says nothing of the present. */
    static final Duration KEPT = Duration.ofSeconds(60);

    private final LongSupplier nanoTime;
    private final Pause pause;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Sample earlier; // guarded by lock
    private @Nullable Sample later; // guarded by lock
    private long failedNanos; // guarded by lock
    private boolean failed; // guarded by lock
    private volatile long laterNanos;
    private volatile long askedNanos;

    /** Waits between the first two samples of a node. */
    interface Pause {
        void await() throws InterruptedException;
    }

    NodeSampler(LongSupplier nanoTime, Pause pause) {
        this.nanoTime = nanoTime;
        this.pause = pause;
        this.askedNanos = nanoTime.getAsLong();
    }

    /** Two samples, asked for as far as they are not there; empty if the node does not answer. */
    Optional<Samples> samples(Supplier<Optional<Sample>> node) throws InterruptedException {
        askedNanos = nanoTime.getAsLong();
        lock.lockInterruptibly();
        try {
            if (failed && age(failedNanos) < SILENCE.toNanos()) {
                return Optional.empty();
            }
            if (later != null && age(laterNanos) >= KEPT.toNanos()) {
                later = null;
                earlier = null;
            }
            if (later == null || (earlier != null && age(laterNanos) >= FRESH.toNanos())) {
                take(node);
            }
            if (later != null && earlier == null) {
                pause.await();
                take(node);
            }
            return earlier == null || later == null || failed
                    ? Optional.empty()
                    : Optional.of(new Samples(earlier, later));
        } finally {
            lock.unlock();
        }
    }

    private void take(Supplier<Optional<Sample>> node) {
        Optional<Sample> next = node.get();
        failed = next.isEmpty();
        if (failed) {
            failedNanos = nanoTime.getAsLong();
            return;
        }
        earlier = later;
        later = next.get();
        laterNanos = nanoTime.getAsLong();
    }

    /** Whether no one has asked for so long that nothing is worth keeping. */
    boolean isForgotten() {
        return age(askedNanos) >= KEPT.toNanos() && !lock.isLocked();
    }

    private long age(long sinceNanos) {
        return nanoTime.getAsLong() - sinceNanos;
    }
}
