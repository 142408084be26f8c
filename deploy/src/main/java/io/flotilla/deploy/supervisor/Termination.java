package io.flotilla.deploy.supervisor;

import io.flotilla.deploy.process.ProcessIdentity;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;

/** Ends processes for certain. */
final class Termination {
    private static final Duration KILL_GRACE = Duration.ofSeconds(60);
    private static final int POLL_MILLIS = 20;

    private Termination() {}

    /** Sends the signal to all, and SIGKILL to those that are there after the grace period; returns when all are gone. */
    static void end(Collection<ProcessIdentity> processes, String signal, Duration grace)
            throws IOException, InterruptedException {
        for (var process : processes) {
            var paused = process.isPaused();
            process.signal(signal);
            if (paused && !signal.equals("KILL")) {
                // A stopped process acts on a signal only when it goes on.
                process.signal("CONT");
            }
        }
        if (allGone(processes, grace)) {
            return;
        }
        for (var process : processes) {
            process.signal("KILL");
        }
        if (!allGone(processes, KILL_GRACE)) {
            var left = processes.stream()
                    .filter(ProcessIdentity::isAlive)
                    .map(ProcessIdentity::pid)
                    .toList();
            throw new IOException("processes " + left + " outlive SIGKILL");
        }
    }

    private static boolean allGone(Collection<ProcessIdentity> processes, Duration within) throws InterruptedException {
        var deadline = System.nanoTime() + within.toNanos();
        while (processes.stream().anyMatch(ProcessIdentity::isAlive)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }
}
