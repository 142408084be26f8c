package io.flotilla.apiserver.cache;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The revision up to which the cache is complete. Written by the feed, waited for by readers. */
final class Progress {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition advanced = lock.newCondition();
    private volatile long revision;
    private volatile int waiting;

    long revision() {
        return revision;
    }

    void set(long reached) {
        revision = reached;
        if (waiting > 0) {
            lock.lock();
            try {
                advanced.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Waits until the revision is reached; returns whether it was in time. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock only
    boolean await(long wanted, Duration patience) throws InterruptedException {
        if (revision >= wanted) {
            return true;
        }
        long deadline = System.nanoTime() + patience.toNanos();
        lock.lock();
        try {
            waiting++;
            try {
                while (revision < wanted) {
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    boolean signalled = advanced.await(left, TimeUnit.NANOSECONDS);
                    if (!signalled && revision < wanted) {
                        return false;
                    }
                }
                return true;
            } finally {
                waiting--;
            }
        } finally {
            lock.unlock();
        }
    }
}
