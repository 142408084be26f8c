package io.flotilla.deploy.supervisor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How far bringing up the lab has come, for any number of listeners, who may come late. */
final class Progress {
    // Guarded by this.
    private final List<String> steps = new ArrayList<>();
    private boolean finished;
    private boolean followed;
    private @Nullable String failure;

    synchronized void step(String text) {
        steps.add(text);
        notifyAll();
    }

    synchronized void finish(@Nullable String failed) {
        finished = true;
        failure = failed;
        notifyAll();
    }

    /** Waits a while for someone to listen, lest a failure be over before anyone could hear of it. */
    synchronized void awaitFollower(Duration patience) throws InterruptedException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (!followed) {
            var left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** Hears every step, the past ones first, until the end; then returns what failed, or null. */
    @Nullable
    String follow(Consumer<String> listener) throws InterruptedException {
        synchronized (this) {
            followed = true;
            notifyAll();
        }
        int heard = 0;
        while (true) {
            String next;
            synchronized (this) {
                while (heard == steps.size() && !finished) {
                    wait();
                }
                if (heard == steps.size()) {
                    return failure;
                }
                next = steps.get(heard++);
            }
            listener.accept(next);
        }
    }
}
