package io.flotilla.apiserver.cache;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes the frames of one watch ahead of their being taken, on a thread of its own: for forms whose frames take time,
 * which those who take them do not have.
 */
final class FrameMaker<F> {
    private static final int MOST_AHEAD = 64;

    private final Supplier<Optional<F>> source;
    private final Runnable wake;

    // Guarded by this.
    private final Deque<F> made = new ArrayDeque<>();
    private boolean running;
    private boolean drained;

    /**
     * @param source makes the next frame; empty when there is nothing to make one of
     * @param wake told when there is a frame after there was none, and when the source has nothing more
     */
    FrameMaker(Supplier<Optional<F>> source, Runnable wake) {
        this.source = source;
        this.wake = wake;
    }

    /** There is something to make frames of. */
    synchronized void prompt() {
        drained = false;
        start();
    }

    private synchronized void start() {
        if (!running && !drained && made.size() < MOST_AHEAD) {
            running = true;
            Thread.ofVirtual().name("watch-frames").start(this::run);
        }
    }

    private void run() {
        while (true) {
            synchronized (this) {
                if (made.size() >= MOST_AHEAD) {
                    running = false;
                    return;
                }
                drained = true;
            }
            Optional<F> frame = source.get();
            boolean first;
            boolean done;
            synchronized (this) {
                first = made.isEmpty();
                frame.ifPresent(made::addLast);
                // Whoever prompts meanwhile says that there is more.
                drained &= frame.isEmpty();
                done = drained;
                running = !done;
            }
            if (first) {
                wake.run();
            }
            if (done) {
                return;
            }
        }
    }

    synchronized Optional<F> next() {
        Optional<F> frame = Optional.ofNullable(made.pollFirst());
        start();
        return frame;
    }

    /** Whether no frame is left, and none is being made. */
    synchronized boolean isIdle() {
        return made.isEmpty() && !running && drained;
    }
}
