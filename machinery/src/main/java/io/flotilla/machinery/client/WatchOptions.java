package io.flotilla.machinery.client;

/**
 * What to watch.
 *
 * @param selection namespace and selectors; its resource version is where the watch starts
 * @param sendInitialEvents first stream the present objects, then a bookmark that says so
 */
public record WatchOptions(ListOptions selection, boolean sendInitialEvents) {}
