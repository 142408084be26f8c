package io.flotilla.apiserver.cache;

/** Type of a watch event, spelled as on the wire. */
public enum WatchEventType {
    ADDED,
    MODIFIED,
    DELETED,
    BOOKMARK
}
