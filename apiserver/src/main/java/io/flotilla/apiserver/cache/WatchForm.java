package io.flotilla.apiserver.cache;

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

    /** Returns a frame that this form made. */
    F cast(Object frame);
}
