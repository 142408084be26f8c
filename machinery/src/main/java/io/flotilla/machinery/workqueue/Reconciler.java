package io.flotilla.machinery.workqueue;

import java.time.Duration;
import java.util.Optional;

/**
 * Moves what a key names one step to its desired state. It reads the state, never the event that led to the call, and is
 * called again with growing delay while it throws. One key is never handled by two threads at once.
 */
@FunctionalInterface
public interface Reconciler<K> {

    Result reconcile(K key) throws Exception;

    /**
     * What next.
     *
     * @param again when to call again, or nothing to wait for the next change
     */
    record Result(Optional<Duration> again) {
        private static final Result DONE = new Result(Optional.empty());

        public static Result done() {
            return DONE;
        }

        public static Result after(Duration delay) {
            return new Result(Optional.of(delay));
        }
    }
}
