package io.flotilla.machinery.workqueue;

import io.flotilla.machinery.client.ApiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads that drain a queue through a reconciler. They start with {@link #start} and end with {@link #close}. */
public final class Workers<K> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String name;
    private final WorkQueue<K> queue;
    private final Reconciler<K> reconciler;
    private final int count;
    private final List<Thread> threads = new ArrayList<>(); // guarded by this

    public Workers(String name, WorkQueue<K> queue, Reconciler<K> reconciler, int count) {
        this.name = name;
        this.queue = queue;
        this.reconciler = reconciler;
        this.count = count;
    }

    public synchronized void start() {
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofVirtual().name(name + "-" + i).start(this::drain));
        }
    }

    private void drain() {
        try {
            while (true) {
                Optional<K> key = queue.take();
                if (key.isEmpty()) {
                    return;
                }
                try {
                    work(key.get());
                } finally {
                    queue.done(key.get());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(K key) throws InterruptedException {
        try {
            Reconciler.Result result = reconciler.reconcile(key);
            queue.forget(key);
            result.again().ifPresent(delay -> queue.addAfter(key, delay));
        } catch (InterruptedException e) {
            throw e;
        } catch (ApiException e) {
            // Conflicts and unreachable servers are everyday life: the next attempt reads anew.
            LOG.debug("{}: {} will be tried again: {}", name, key, e.getMessage());
            if (!e.isConflict() && !(e instanceof ApiException.Unanswered)) {
                LOG.info("{}: {} failed and will be tried again: {}", name, key, e.getMessage());
            }
            queue.addRateLimited(key);
        } catch (Exception e) {
            LOG.error("{}: {} failed and will be tried again", name, key, e);
            queue.addRateLimited(key);
        }
    }

    /** Closes the queue and waits for the workers to finish what they are at, a few seconds at the most. */
    @Override
    public synchronized void close() {
        queue.close();
        try {
            for (Thread thread : threads) {
                if (!thread.join(PATIENCE)) {
                    thread.interrupt();
                }
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
        }
    }
}
