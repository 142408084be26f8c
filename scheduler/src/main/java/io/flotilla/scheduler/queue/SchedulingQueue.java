package io.flotilla.scheduler.queue;

import io.flotilla.scheduler.framework.ClusterEvent;
import io.flotilla.scheduler.framework.Plugin;
import io.flotilla.scheduler.framework.PreEnqueue;
import io.flotilla.scheduler.framework.QueueSort;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.metrics.SchedulerMetrics;
import io.flotilla.scheduler.object.PodInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The pods that wait for a node. A pod is in one place: active (to be tried now, in the order of the queue sort), backing
 * off (tried before and worth another try, once its back-off of 1 s doubling to 10 s is over, or sooner when nothing is
 * active), unschedulable (until an event makes it worth another try, at the latest after five minutes), gated, or in
 * flight. Safe from any thread.
 */
public final class SchedulingQueue {
    private static final long FIRST_BACKOFF = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_BACKOFF = Duration.ofSeconds(10).toNanos();
    private static final long LONGEST_UNSCHEDULABLE = Duration.ofMinutes(5).toNanos();

    private final LongSupplier nanoTime;
    private final SchedulerMetrics metrics;
    private final Hints hints;
    private final List<PreEnqueue> preEnqueue;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All below guarded by lock.
    private final Map<String, QueuedPod> pods = new HashMap<>();
    private final TreeSet<QueuedPod> active;
    private final TreeSet<QueuedPod> backoff;
    private final TreeSet<QueuedPod> errorBackoff;
    private final TreeSet<QueuedPod> unschedulable;
    private final InFlight inFlight = new InFlight();
    private int gated;
    private long sequence;

    /**
     * Makes an empty queue.
     *
     * @param plugins every plugin of the profile; of those that sort the queue there must be one
     */
    public SchedulingQueue(Collection<? extends Plugin> plugins, LongSupplier nanoTime, SchedulerMetrics metrics) {
        this.nanoTime = nanoTime;
        this.metrics = metrics;
        hints = new Hints(plugins);
        preEnqueue = plugins.stream()
                .filter(PreEnqueue.class::isInstance)
                .map(PreEnqueue.class::cast)
                .toList();
        QueueSort sort = plugins.stream()
                .filter(QueueSort.class::isInstance)
                .map(QueueSort.class::cast)
                .findFirst()
                .orElseThrow();
        Comparator<QueuedPod> bySequence = Comparator.comparingLong(pod -> pod.sequence);
        Comparator<QueuedPod> byBackoff = (a, b) -> Long.signum(a.backoffUntil - b.backoffUntil);
        Comparator<QueuedPod> byTime = (a, b) -> Long.signum(a.queuedAt - b.queuedAt);
        active = new TreeSet<>(((Comparator<QueuedPod>) sort::compare).thenComparing(bySequence));
        backoff = new TreeSet<>(byBackoff.thenComparing(bySequence));
        errorBackoff = new TreeSet<>(byBackoff.thenComparing(bySequence));
        unschedulable = new TreeSet<>(byTime.thenComparing(bySequence));
        metrics.pendingPods("active", () -> count(active));
        metrics.pendingPods("backoff", () -> count(backoff) + count(errorBackoff));
        metrics.pendingPods("unschedulable", () -> count(unschedulable));
        metrics.pendingPods("gated", () -> locked(() -> gated));
    }

    private int count(Set<QueuedPod> set) {
        return locked(set::size);
    }

    private <T> T locked(java.util.function.Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private void locking(Runnable work) {
        locked(() -> {
            work.run();
            return true;
        });
    }

    /** Adds a pod that needs a node. */
    public void add(PodInfo pod) {
        locking(() -> {
            QueuedPod queued = new QueuedPod(pod, sequence++, nanoTime.getAsLong());
            QueuedPod before = pods.put(pod.uid(), queued);
            if (before != null) {
                unplace(before);
            }
            activate(queued, "PodAdd");
        });
    }

    /** Takes note of a pod's new state; one that may fit now is tried again. */
    public void update(PodInfo before, PodInfo now) {
        locking(() -> {
            QueuedPod queued = pods.get(now.uid());
            ClusterEvent event = ClusterEvent.ofPod(ClusterEvent.Kind.UNSCHEDULED_POD_UPDATE, before, now);
            if (queued == null) {
                return;
            }
            QueuedPod.Place place = queued.place;
            if (place == QueuedPod.Place.IN_FLIGHT) {
                if (!before.spec().equals(now.spec())) {
                    inFlight.happened(event);
                }
                return;
            }
            unplace(queued);
            queued.pod(now);
            switch (place) {
                case ACTIVE -> placeActive(queued);
                case BACKOFF -> place(queued, QueuedPod.Place.BACKOFF);
                case GATED -> activate(queued, event.kind().label());
                case UNSCHEDULABLE, IN_FLIGHT -> {
                    place(queued, QueuedPod.Place.UNSCHEDULABLE);
                    if (!before.spec().equals(now.spec()) && hints.worthTrying(now, queued.rejectedBy, event)) {
                        requeue(queued, event.kind().label());
                    }
                }
            }
        });
    }

    /** Forgets a pod that is gone or bound. */
    public void delete(PodInfo pod) {
        locking(() -> {
            QueuedPod queued = pods.remove(pod.uid());
            if (queued != null) {
                unplace(queued);
            }
        });
    }

    /** Waits for the next pod to try. */
    public QueuedPod pop() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Optional<QueuedPod> next = poll();
                if (next.isPresent()) {
                    return next.get();
                }
                long wait = nextDue();
                if (wait == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    changed.await(Math.max(wait, TimeUnit.MILLISECONDS.toNanos(1)), TimeUnit.NANOSECONDS);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns the next pod to try, if there is one now. */
    public Optional<QueuedPod> poll() {
        return locked(() -> {
            flush();
            QueuedPod next = active.pollFirst();
            if (next == null) {
                next = backoff.pollFirst();
            }
            if (next == null) {
                return Optional.empty();
            }
            next.place = QueuedPod.Place.IN_FLIGHT;
            next.popped();
            inFlight.begin(next);
            return Optional.of(next);
        });
    }

    private long nextDue() {
        long now = nanoTime.getAsLong();
        long due = Long.MAX_VALUE;
        if (!errorBackoff.isEmpty()) {
            due = errorBackoff.first().backoffUntil - now;
        }
        if (!unschedulable.isEmpty()) {
            due = Math.min(due, unschedulable.first().queuedAt + LONGEST_UNSCHEDULABLE - now);
        }
        return due;
    }

    private void flush() {
        long now = nanoTime.getAsLong();
        for (TreeSet<QueuedPod> waiting : List.of(backoff, errorBackoff)) {
            while (!waiting.isEmpty() && waiting.first().backoffUntil - now <= 0) {
                QueuedPod pod = waiting.first();
                unplace(pod);
                activate(pod, "BackoffComplete");
            }
        }
        while (!unschedulable.isEmpty() && unschedulable.first().queuedAt + LONGEST_UNSCHEDULABLE - now <= 0) {
            requeue(unschedulable.first(), ClusterEvent.Kind.UNSCHEDULABLE_TIMEOUT.label());
        }
    }

    /** Ends the attempt of a pod that was bound, or that nobody wants scheduled any more. */
    public void done(QueuedPod pod) {
        locking(() -> {
            inFlight.drop(pod);
            pods.remove(pod.pod().uid(), pod);
        });
    }

    /**
     * Takes a pod back for which no node would do. It is tried again when something happens that may change that, or has
     * happened since it was popped.
     *
     * @param latest the pod as it is now
     * @param rejectedBy names of the plugins that turned it down
     */
    public void returnUnschedulable(QueuedPod pod, PodInfo latest, Set<String> rejectedBy) {
        locking(() -> {
            List<ClusterEvent> since = inFlight.end(pod);
            if (pods.get(latest.uid()) != pod) {
                return;
            }
            pod.pod(latest);
            pod.rejectedBy = Set.copyOf(rejectedBy);
            pod.rejections++;
            pod.errors = 0;
            pod.queuedAt = nanoTime.getAsLong();
            place(pod, QueuedPod.Place.UNSCHEDULABLE);
            metrics.incoming("ScheduleAttemptFailure", "unschedulable");
            for (ClusterEvent event : since) {
                if (hints.worthTrying(latest, pod.rejectedBy, event)) {
                    requeue(pod, event.kind().label());
                    return;
                }
            }
        });
    }

    /** Takes a pod back whose attempt broke; it is tried again after a back-off. */
    public void returnFailed(QueuedPod pod, PodInfo latest) {
        locking(() -> {
            inFlight.drop(pod);
            if (pods.get(latest.uid()) != pod) {
                return;
            }
            pod.pod(latest);
            pod.rejectedBy = Set.of();
            pod.errors++;
            pod.queuedAt = nanoTime.getAsLong();
            pod.backoffUntil = pod.queuedAt + backoff(pod.errors);
            place(pod, QueuedPod.Place.BACKOFF);
            metrics.incoming("ScheduleAttemptFailure", "backoff");
            changed.signal();
        });
    }

    /** Tries pods again for which the event may have made room. */
    public void happened(ClusterEvent event) {
        if (!hints.matter(event.kind())) {
            return;
        }
        locking(() -> {
            inFlight.happened(event);
            List<QueuedPod> worth = new ArrayList<>();
            for (QueuedPod pod : unschedulable) {
                if (hints.worthTrying(pod.pod(), pod.rejectedBy, event)) {
                    worth.add(pod);
                }
            }
            worth.forEach(pod -> requeue(pod, event.kind().label()));
        });
    }

    private void requeue(QueuedPod pod, String event) {
        unplace(pod);
        long until = pod.queuedAt + backoff(pod.rejections);
        if (until - nanoTime.getAsLong() <= 0) {
            activate(pod, event);
            return;
        }
        pod.backoffUntil = until;
        place(pod, QueuedPod.Place.BACKOFF);
        metrics.incoming(event, "backoff");
        changed.signal();
    }

    private static long backoff(int failures) {
        long backoff = FIRST_BACKOFF;
        for (int i = 1; i < failures && backoff < LONGEST_BACKOFF; i++) {
            backoff *= 2;
        }
        return Math.min(backoff, LONGEST_BACKOFF);
    }

    private void activate(QueuedPod pod, String event) {
        for (PreEnqueue plugin : preEnqueue) {
            Status status = plugin.preEnqueue(pod.pod());
            if (!status.isSuccess()) {
                pod.rejectedBy = Set.of(plugin.name());
                place(pod, QueuedPod.Place.GATED);
                metrics.incoming(event, "gated");
                return;
            }
        }
        pod.queuedAt = nanoTime.getAsLong();
        placeActive(pod);
        metrics.incoming(event, "active");
    }

    private void placeActive(QueuedPod pod) {
        place(pod, QueuedPod.Place.ACTIVE);
        changed.signal();
    }

    private void place(QueuedPod pod, QueuedPod.Place place) {
        pod.place = place;
        NavigableSet<QueuedPod> set = set(pod);
        if (set != null) {
            set.add(pod);
        } else if (place == QueuedPod.Place.GATED) {
            gated++;
        }
    }

    private void unplace(QueuedPod pod) {
        NavigableSet<QueuedPod> set = set(pod);
        if (set != null) {
            set.remove(pod);
        } else if (pod.place == QueuedPod.Place.GATED) {
            gated--;
        }
    }

    private @Nullable NavigableSet<QueuedPod> set(QueuedPod pod) {
        return switch (pod.place) {
            case ACTIVE -> active;
            case BACKOFF -> pod.errors > 0 ? errorBackoff : backoff;
            case UNSCHEDULABLE -> unschedulable;
            case GATED, IN_FLIGHT -> null;
        };
    }
}
