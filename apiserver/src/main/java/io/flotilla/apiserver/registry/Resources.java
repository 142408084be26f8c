package io.flotilla.apiserver.registry;

import io.flotilla.apiserver.schema.ResourceInfo;

/** Where a strategy that reads or writes other kinds gets their resources from. */
@FunctionalInterface
public interface Resources {
    /**
     * Returns the resource in its storage version.
     *
     * @throws IllegalArgumentException where there is none of that name
     */
    ResourceInfo of(String group, String resource);
}
