package io.flotilla.controllermanager.controller;

import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.informer.Informer;
import io.flotilla.machinery.workqueue.Reconciler;
import io.flotilla.machinery.workqueue.WorkQueue;
import io.flotilla.machinery.workqueue.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A queue, the workers that drain it, and the handlers that fill it for as long as the loop runs. */
public final class ReconcileLoop<K> implements Controller {
    /** Changes of dependents come in bursts: one reconcile this much later sees them all. */
    public static final Duration BURST = Duration.ofMillis(20);

    private record Subscription<T>(Informer<T> informer, EventHandler<T> handler) {
        void begin() {
            informer.addHandler(handler);
        }

        void end() {
            informer.removeHandler(handler);
        }
    }

    private final WorkQueue<K> queue;
    private final Workers<K> workers;
    private final List<Subscription<?>> subscriptions = new ArrayList<>();

    public ReconcileLoop(String name, int workers, Reconciler<K> reconciler) {
        this.queue = new WorkQueue<>(name);
        this.workers = new Workers<>(name, queue, reconciler, workers);
    }

    /** Adds a handler that hears of everything present at the start and of every change until the close. */
    public <T> ReconcileLoop<K> on(Informer<T> informer, EventHandler<T> handler) {
        subscriptions.add(new Subscription<>(informer, handler));
        return this;
    }

    public void add(K key) {
        queue.add(key);
    }

    public void addAfter(K key, Duration delay) {
        queue.addAfter(key, delay);
    }

    /** Adds the key a moment later, so that a burst of changes is dealt with once. */
    public void addSoon(K key) {
        queue.addAfter(key, BURST);
    }

    /** Returns how often the key has failed in a row. */
    public int failures(K key) {
        return queue.failures(key);
    }

    @Override
    public void start() {
        subscriptions.forEach(Subscription::begin);
        workers.start();
    }

    @Override
    public void close() {
        subscriptions.forEach(Subscription::end);
        workers.close();
    }
}
