package io.flotilla.machinery.client;

/** What a watch tells. */
public sealed interface WatchEvent<T> {
    record Added<T>(T object) implements WatchEvent<T> {}

    record Modified<T>(T object) implements WatchEvent<T> {}

    /** The object as it was last, with the version of its deletion. */
    record Deleted<T>(T object) implements WatchEvent<T> {}

    /**
     * Everything up to this version has been sent.
     *
     * @param initialEventsEnd whether this ends the stream of present objects
     */
    record Bookmark<T>(String resourceVersion, boolean initialEventsEnd) implements WatchEvent<T> {}
}
