package io.flotilla.machinery.client;

import java.util.List;

/**
 * A list as of one version.
 *
 * @param items the objects, owned by the caller
 * @param resourceVersion the version to watch from
 */
public record ObjectList<T>(List<T> items, String resourceVersion) {}
