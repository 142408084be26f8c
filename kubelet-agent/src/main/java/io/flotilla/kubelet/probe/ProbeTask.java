package io.flotilla.kubelet.probe;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import io.flotilla.kubelet.timer.Timers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One probe of one container of a pod, again and again for as long as the same instance runs. After a failed startup or
 * liveness probe it rests until there is a new instance. Guarded by its own lock; attempts run on virtual threads.
 */
final class ProbeTask {
    enum Result {
        UNKNOWN,
        SUCCESS,
        FAILURE
    }

    /** What a task needs of the pod around it. */
    interface Surroundings {
        /** Says whether the probe may run yet: startup probes come first, and alone. */
        boolean mayRun(ProbeKind kind, String container, String containerId);

        Outcome attempt(Probe probe, Container container, String containerId);

        /** The attempt did not succeed; {@code probe} says so in an event. */
        void tell(ProbeKind kind, Container container, Outcome outcome);

        /** The sum of the outcomes has changed. */
        void changed(ProbeKind kind, String container, Result result);
    }

    private final ProbeKind kind;
    private final Surroundings surroundings;
    private final Timers timers;
    private Container container;
    private Probe probe;
    private String containerId = "";
    private Result result = Result.UNKNOWN;
    private Result last = Result.UNKNOWN;
    private int inARow;
    private boolean resting;
    private boolean attempting;
    private Timers.@Nullable Timer timer;

    ProbeTask(ProbeKind kind, Container container, Probe probe, Surroundings surroundings, Timers timers) {
        this.kind = kind;
        this.container = container;
        this.probe = probe;
        this.surroundings = surroundings;
        this.timers = timers;
    }

    /** This instance runs; the first attempt comes after the delay unless it is being probed already. */
    synchronized void runs(Container spec, Probe its, String id, Result initial, Duration delay) {
        container = spec;
        probe = its;
        if (containerId.equals(id)) {
            return;
        }
        stop();
        containerId = id;
        result = initial;
        last = Result.UNKNOWN;
        inARow = 0;
        resting = false;
        schedule(delay);
    }

    synchronized void stop() {
        containerId = "";
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    /** Returns what the outcomes for this instance add up to. */
    synchronized Result result(String id) {
        return containerId.equals(id) ? result : Result.UNKNOWN;
    }

    /** Makes the next attempt come at once. */
    synchronized void hurry() {
        if (!containerId.isEmpty() && !resting && !attempting) {
            schedule(Duration.ZERO);
        }
    }

    private void schedule(Duration delay) {
        if (timer != null) {
            timer.cancel();
        }
        timer = timers.after(delay, this::fire);
    }

    private void fire() {
        synchronized (this) {
            if (containerId.isEmpty() || resting || attempting) {
                return;
            }
            if (!surroundings.mayRun(kind, container.getName(), containerId)) {
                if (kind != ProbeKind.STARTUP) {
                    schedule(period());
                }
                return;
            }
            attempting = true;
        }
        Thread.ofVirtual().name("probe-" + container.getName()).start(this::attempt);
    }

    private void attempt() {
        Probe its;
        Container spec;
        String id;
        synchronized (this) {
            its = probe;
            spec = container;
            id = containerId;
        }
        Outcome outcome;
        try {
            outcome = surroundings.attempt(its, spec, id);
        } catch (RuntimeException e) {
            outcome = new Outcome.Errored(String.valueOf(e.getMessage()));
        }
        if (!(outcome instanceof Outcome.Success) && isFor(id)) {
            // Before it counts: whoever sees what follows from it finds the reason told.
            surroundings.tell(kind, spec, outcome);
        }
        Result changed = null;
        synchronized (this) {
            attempting = false;
            if (containerId.equals(id)) {
                changed = count(outcome);
                if (!resting) {
                    schedule(period());
                }
            } else if (!containerId.isEmpty()) {
                schedule(Duration.ZERO);
            }
        }
        if (changed != null) {
            surroundings.changed(kind, spec.getName(), changed);
        }
    }

    private synchronized boolean isFor(String id) {
        return containerId.equals(id);
    }

    /** Counts the outcome; returns the new result if it has changed. */
    private @Nullable Result count(Outcome outcome) {
        Result now = switch (outcome) {
            case Outcome.Success _ -> Result.SUCCESS;
            case Outcome.Failure _ -> Result.FAILURE;
            case Outcome.Errored _ -> Result.UNKNOWN;
        };
        if (now == Result.UNKNOWN) {
            return null;
        }
        inARow = last == now ? inARow + 1 : 1;
        last = now;
        int threshold =
                now == Result.SUCCESS ? orElse(probe.getSuccessThreshold(), 1) : orElse(probe.getFailureThreshold(), 3);
        if (inARow < threshold) {
            return null;
        }
        boolean done = kind == ProbeKind.STARTUP || (kind == ProbeKind.LIVENESS && now == Result.FAILURE);
        if (done) {
            resting = true;
        }
        if (result == now) {
            return null;
        }
        result = now;
        return now;
    }

    private Duration period() {
        return Duration.ofSeconds(Math.max(1, orElse(probe.getPeriodSeconds(), 10)));
    }

    private static int orElse(@Nullable Integer value, int otherwise) {
        return value == null || value == 0 ? otherwise : value;
    }
}
