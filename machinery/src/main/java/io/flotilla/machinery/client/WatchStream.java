package io.flotilla.machinery.client;

import java.util.Optional;

/** An open watch, read by one thread and closed by any. */
public interface WatchStream<T> extends AutoCloseable {

    /**
     * Waits for the next event. Returns nothing once the stream has ended in order.
     *
     * @throws ApiException where the watch failed; {@code isExpired} asks for a new list
     */
    Optional<WatchEvent<T>> next() throws InterruptedException;

    /** Ends the watch; a thread in {@link #next} sees the end of the stream. */
    @Override
    void close();
}
