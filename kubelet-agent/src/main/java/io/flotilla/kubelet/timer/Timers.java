package io.flotilla.kubelet.timer;

import java.time.Duration;

/** Calls back once after a delay. The callback runs on the timer's one thread and must not block. */
public interface Timers {

    Timer after(Duration delay, Runnable callback);

    /** A callback to come. */
    interface Timer {
        /** Gives the callback up unless it runs already. */
        void cancel();
    }
}
