package io.flotilla.scheduler.cycle;

import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.Fence;
import io.flotilla.machinery.election.Leadership;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.informer.Lister;
import io.flotilla.scheduler.framework.ClusterEvent;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.metrics.SchedulerMetrics;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.profile.NodeChooser;
import io.flotilla.scheduler.profile.NodeChooser.Choice;
import io.flotilla.scheduler.profile.Profile;
import io.flotilla.scheduler.queue.QueuedPod;
import io.flotilla.scheduler.queue.SchedulingQueue;
import io.flotilla.scheduler.snapshot.Cache;
import io.flotilla.scheduler.snapshot.Snapshot;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Schedules pods while it leads: takes one from the queue, chooses its node, assumes it to be there, and has it bound
 * beside the next cycle. Queue and cache are fed whether it leads or not.
 */
public final class Scheduler implements Leadership, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

    private static final int LONGEST_NOTE = 1024;
    private static final long END_SECONDS = 5;

    private final ApiClient client;
    private final LeaderClient leaderClient;
    private final Profile profile;
    private final NodeChooser chooser;
    private final Cache cache;
    private final SchedulingQueue queue;
    private final Lister<PodInfo> pods;
    private final EventRecorder events;
    private final SchedulerMetrics metrics;
    private final Clock clock;
    private final Snapshot snapshot = new Snapshot();
    private @Nullable Term term; // guarded by this

    /** What runs while this process leads. */
    private final class Term {
        final ExecutorService bindings = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("bind-", 0).factory());
        final PodStatusWriter statuses = new PodStatusWriter(leaderClient, clock);
        final Thread thread = Thread.ofPlatform().name("scheduling").daemon().unstarted(() -> run(this));
        volatile boolean ended;
    }

    /**
     * Makes a scheduler that does not lead yet.
     *
     * @param client what fenced clients are made from
     * @param leaderClient what the profile's plugins write with
     * @param pods pods as the informer has them
     */
    public Scheduler(
            ApiClient client,
            LeaderClient leaderClient,
            Profile profile,
            NodeChooser chooser,
            Cache cache,
            SchedulingQueue queue,
            Lister<PodInfo> pods,
            EventRecorder events,
            SchedulerMetrics metrics,
            Clock clock) {
        this.client = client;
        this.leaderClient = leaderClient;
        this.profile = profile;
        this.chooser = chooser;
        this.cache = cache;
        this.queue = queue;
        this.pods = pods;
        this.events = events;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public void begin(Fence fence) {
        begin(client.fencedBy(fence));
    }

    /** Starts to schedule without a lease: for a scheduler that is told not to elect a leader. */
    public void beginAlone() {
        begin(client);
    }

    private synchronized void begin(ApiClient writer) {
        leaderClient.lead(writer);
        Term begun = new Term();
        begun.statuses.start();
        begun.thread.start();
        term = begun;
    }

    @Override
    public synchronized void end() {
        Term ending = term;
        if (ending == null) {
            return;
        }
        term = null;
        ending.ended = true;
        leaderClient.end();
        ending.thread.interrupt();
        ending.statuses.close();
        ending.bindings.shutdownNow();
        try {
            ending.thread.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
            if (!ending.bindings.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Some bindings did not stop in {} s; the fence keeps them from taking effect", END_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end();
    }

    private void run(Term running) {
        try {
            while (!running.ended) {
                QueuedPod next = queue.pop();
                try {
                    schedule(running, next);
                } catch (RuntimeException e) {
                    LOG.error("Pod {} could not be scheduled", next.pod(), e);
                    failed(running, next, "SchedulerError", String.valueOf(e.getMessage()), System.nanoTime());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void schedule(Term running, QueuedPod next) {
        PodInfo pod = next.pod();
        long start = System.nanoTime();
        if (pod.deleting()) {
            queue.done(next);
            events.warning(pod.reference(), "FailedScheduling", "skip schedule deleting pod: " + pod.key());
            return;
        }
        if (cache.isAssumed(pod)) {
            queue.done(next);
            return;
        }
        cache.update(snapshot);
        CycleState state = new CycleState();
        switch (chooser.choose(state, pod, snapshot)) {
            case Choice.Chosen(String node) -> assume(running, next, state, pod.on(node), start);
            case Choice.Unschedulable unschedulable -> unschedulable(running, next, unschedulable, start);
            case Choice.Failed(String message) -> failed(running, next, "SchedulerError", message, start);
        }
    }

    /** Has the pod bound beside the next cycle; the client bounds how many bindings are under way at once. */
    private void assume(Term running, QueuedPod next, CycleState state, PodInfo pod, long start) {
        cache.assume(pod);
        Profile.Outcome reserved = profile.reserve(state, pod, pod.nodeName());
        if (!reserved.status().isSuccess()) {
            cache.forget(pod);
            rejected(running, next, reserved, start);
            return;
        }
        try {
            running.bindings.execute(() -> bind(running, next, state, pod, start));
        } catch (RejectedExecutionException _) {
            unbound(running, next, state, pod, stopping(), start);
        }
    }

    private static Profile.Outcome stopping() {
        return new Profile.Outcome(Status.error("the scheduler stops"), "");
    }

    private void bind(Term running, QueuedPod next, CycleState state, PodInfo pod, long start) {
        Profile.Outcome outcome;
        try {
            outcome = bound(state, pod);
        } catch (InterruptedException e) {
            outcome = stopping();
        } catch (RuntimeException e) {
            LOG.debug("Binding of pod {} broke", pod, e);
            outcome = new Profile.Outcome(Status.error(String.valueOf(e.getMessage())), "");
        }
        if (outcome.status().isSuccess()) {
            cache.finishBinding(pod);
            queue.done(next);
            metrics.attempt(SchedulerMetrics.Result.SCHEDULED, System.nanoTime() - start);
            metrics.bound(next.attempts(), System.nanoTime() - next.firstQueuedAt());
            LOG.debug("Pod {} is bound to node {}", pod, pod.nodeName());
            profile.postBind(state, pod, pod.nodeName());
            events.normal(
                    pod.reference(),
                    "Scheduled",
                    "Successfully assigned " + pod.namespace() + "/" + pod.name() + " to " + pod.nodeName());
            return;
        }
        unbound(running, next, state, pod, outcome, start);
    }

    /** Takes back that the pod was assumed to be on its node. */
    private void unbound(
            Term running, QueuedPod next, CycleState state, PodInfo pod, Profile.Outcome outcome, long start) {
        profile.unreserve(state, pod, pod.nodeName());
        cache.forget(pod);
        rejected(running, next, outcome, start);
        queue.happened(ClusterEvent.ofPod(ClusterEvent.Kind.ASSIGNED_POD_DELETE, pod, null));
    }

    private Profile.Outcome bound(CycleState state, PodInfo pod) throws InterruptedException {
        Profile.Outcome permitted = profile.permit(state, pod, pod.nodeName());
        if (!permitted.status().isSuccess()) {
            return permitted;
        }
        Profile.Outcome prepared = profile.preBind(state, pod, pod.nodeName());
        return prepared.status().isSuccess() ? profile.bind(state, pod, pod.nodeName()) : prepared;
    }

    private void rejected(Term running, QueuedPod next, Profile.Outcome outcome, long start) {
        if (outcome.status().isRejected()) {
            unschedulable(
                    running,
                    next,
                    new Choice.Unschedulable(outcome.status().message(), Set.of(outcome.plugin()), ""),
                    start);
        } else {
            failed(running, next, "SchedulerError", outcome.status().message(), start);
        }
    }

    private void unschedulable(Term running, QueuedPod next, Choice.Unschedulable outcome, long start) {
        metrics.attempt(SchedulerMetrics.Result.UNSCHEDULABLE, System.nanoTime() - start);
        Optional<PodInfo> latest = latest(next);
        if (latest.isEmpty()) {
            queue.done(next);
            return;
        }
        queue.returnUnschedulable(next, latest.get(), outcome.rejectedBy());
        tell(running, latest.get(), "Unschedulable", outcome.message(), outcome.nominatedNode());
    }

    private void failed(Term running, QueuedPod next, String reason, String message, long start) {
        metrics.attempt(SchedulerMetrics.Result.ERROR, System.nanoTime() - start);
        Optional<PodInfo> latest = latest(next);
        if (latest.isEmpty()) {
            queue.done(next);
            return;
        }
        queue.returnFailed(next, latest.get());
        tell(running, latest.get(), reason, message, "");
    }

    /** Returns the pod as it is now, if it still needs a node. */
    private Optional<PodInfo> latest(QueuedPod next) {
        return pods.get(next.pod().key())
                .filter(now ->
                        now.uid().equals(next.pod().uid()) && now.nodeName().isEmpty());
    }

    private void tell(Term running, PodInfo pod, String reason, String message, String nominatedNode) {
        if (running.ended) {
            return;
        }
        String note = message.length() <= LONGEST_NOTE ? message : message.substring(0, LONGEST_NOTE - 4) + " ...";
        events.warning(pod.reference(), "FailedScheduling", note);
        running.statuses.unscheduled(pod, reason, message, nominatedNode);
    }
}
