package io.flotilla.apiserver.cache;

import java.util.Optional;

/**
 * How a transport frames events. Frames are shared among watches whose form is the same instance, so a transport keeps
 * one for each form and version that it serves. Called by any thread.
 *
 * @param <F> an immutable frame
 */
public interface WatchForm<F> {
    F frame(WatchEventType type, CachedObject object);

    /**
     * A frame that carries a resource version and no object.
     *
     * @param initialEventsEnd whether it marks the end of the initial events
     */
    F bookmark(long revision, boolean initialEventsEnd);

    /**
     * Whether someone is asked to frame an object, which takes time and can fail: it is done by a thread of its own then.
     */
    default boolean asks() {
        return false;
    }

    /** The last frame of a watch that failed because an object could not be framed; empty for none. */
    default Optional<F> failure(RuntimeException why) {
        return Optional.empty();
    }

    /** Returns a frame that this form made. */
    F cast(Object frame);
}
