package io.flotilla.apiserver.pipeline;

import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.registry.ServedVersion;
import java.util.List;
import java.util.OptionalLong;

/**
 * A list, or a page of one. Its items are in the version asked for if someone must be asked for that.
 *
 * @param continueToken empty for the last page
 * @param remaining how many are left behind this page, where that is known
 */
public record Listing(
        ServedVersion version, List<CachedObject> items, long revision, String continueToken, OptionalLong remaining) {
    public Listing {
        items = version.shown(items);
    }
}
