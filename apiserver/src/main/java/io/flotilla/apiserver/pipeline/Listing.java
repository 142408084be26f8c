package io.flotilla.apiserver.pipeline;

import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.registry.ServedVersion;
import java.util.List;
import java.util.OptionalLong;

/**
 * A list, or a page of one.
 *
 * @param continueToken empty for the last page
 * @param remaining how many are left behind this page, where that is known
 */
public record Listing(
        ServedVersion version, List<CachedObject> items, long revision, String continueToken, OptionalLong remaining) {}
