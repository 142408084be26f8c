package io.flotilla.apiserver.storage;

import java.util.List;

/**
 * A slice of a prefix, in key order.
 *
 * @param revision the store's revision that the whole list is read at
 * @param more whether keys remain behind the last item
 * @param remaining how many
 */
public record Page(List<Versioned> items, long revision, boolean more, long remaining) {}
