package io.flotilla.machinery.informer;

/**
 * Hears of changes, one at a time and in order, on the informer's thread: it must be quick and must not block, usually
 * it adds a key to a work queue. The objects are shared and must not be changed.
 */
public interface EventHandler<T> {
    void onAdd(T object);

    /** The object changed, perhaps several times since the last call. */
    void onUpdate(T before, T now);

    /**
     * The object is gone.
     *
     * @param last the last state seen, which may be older than the state at deletion
     */
    void onDelete(T last);
}
