package io.flotilla.kubelet.worker;

import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.kubelet.cri.CriException;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.kubelet.timer.Timers;
import io.grpc.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one pod. Whatever happens wakes it; awake, it takes steps until nothing is left to do. Steps
 * never overlap. A step that waits for the runtime is cut short when the pod is to end sooner than it was.
 */
final class PodWorker {
    private static final Logger LOG = LoggerFactory.getLogger(PodWorker.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

    private final PodSync sync;
    private final Timers timers;
    private final Executor steps;
    private final Runnable finished;

    // All below are guarded by this.
    private Pod pod;
    private boolean gone;
    private boolean dirty;
    private boolean working;
    private boolean ended;
    private Duration retry = FIRST_RETRY;
    private Context.@Nullable CancellableContext step;
    private Timers.@Nullable Timer timer;
    private Instant timerAt = Instant.MAX;

    /**
     * Makes a worker at rest.
     *
     * @param steps runs the steps, which wait for the runtime
     * @param finished called once nothing is left of the pod, neither here nor in the API
     */
    PodWorker(Pod pod, PodSync sync, Timers timers, Executor steps, Runnable finished) {
        this.pod = pod;
        this.sync = sync;
        this.timers = timers;
        this.steps = steps;
        this.finished = finished;
    }

    synchronized Pod pod() {
        return pod;
    }

    boolean counts() {
        return sync.counts();
    }

    /** The API has a newer object. */
    void update(Pod newer) {
        synchronized (this) {
            boolean sooner = PodSpecs.isBeingDeleted(newer)
                    && (!PodSpecs.isBeingDeleted(pod)
                            || PodSpecs.gracePeriodSeconds(newer) < PodSpecs.gracePeriodSeconds(pod));
            pod = newer;
            if (sooner) {
                interrupt();
            }
        }
        wake();
    }

    /** The API has no such object any more. */
    void remove(Pod last) {
        synchronized (this) {
            pod = last;
            gone = true;
            interrupt();
        }
        wake();
    }

    private void interrupt() {
        if (step != null) {
            step.cancel(null);
        }
    }

    /** Something may have changed. */
    void wake() {
        synchronized (this) {
            if (ended) {
                return;
            }
            dirty = true;
            if (working) {
                return;
            }
            working = true;
        }
        steps.execute(this::work);
    }

    private void work() {
        Thread.currentThread().setName("pod-" + pod().getMetadata().getName());
        while (true) {
            Pod now;
            boolean isGone;
            Context.CancellableContext context;
            synchronized (this) {
                if (!dirty || ended) {
                    working = false;
                    return;
                }
                dirty = false;
                now = pod;
                isGone = gone;
                context = Context.ROOT.withCancellation();
                step = context;
            }
            try {
                PodSync.Outcome outcome = context.call(() -> sync.step(now, isGone));
                settle(outcome);
            } catch (CriException e) {
                if (!e.isCancelled()) {
                    LOG.info("Pod {} will be tried again: {}", PodSpecs.fullName(now), e.getMessage());
                }
                tryAgain();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception e) {
                LOG.error("Pod {} will be tried again", PodSpecs.fullName(now), e);
                tryAgain();
            } finally {
                synchronized (this) {
                    step = null;
                }
                context.cancel(null);
            }
        }
    }

    private void settle(PodSync.Outcome outcome) {
        boolean over;
        synchronized (this) {
            retry = FIRST_RETRY;
            over = outcome.finished() && gone;
            ended = over;
            if (over && timer != null) {
                timer.cancel();
            }
        }
        if (over) {
            finished.run();
        } else {
            outcome.again().ifPresent(this::wakeAt);
        }
    }

    private void tryAgain() {
        Duration delay;
        synchronized (this) {
            delay = retry;
            Duration doubled = retry.multipliedBy(2);
            retry = doubled.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : doubled;
        }
        timers.after(delay, this::wake);
    }

    private synchronized void wakeAt(Instant at) {
        if (timer != null && !at.isBefore(timerAt)) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        timerAt = at;
        timer = timers.after(
                Optional.of(Duration.between(sync.now(), at))
                        .filter(delay -> !delay.isNegative())
                        .orElse(Duration.ZERO),
                this::due);
    }

    /** The timer's time has come, whatever a wall clock that was set back says. */
    private void due() {
        synchronized (this) {
            timer = null;
        }
        wake();
    }
}
