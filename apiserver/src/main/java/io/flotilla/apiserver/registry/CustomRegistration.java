package io.flotilla.apiserver.registry;

import io.flotilla.apiserver.cache.ResourceCache;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A custom resource as the registry serves it: what {@link KindRules} says of a built-in one.
 *
 * @param storage the resource in its storage version
 * @param served rules of every version, which objects are held against as that version shows them
 * @param reading brings a stored value into the form of the storage version, whatever version it was stored in; what
 *     the cache holds may be of another version where the {@linkplain Conversion#asks conversion asks}
 * @param handlers of subresources, by name
 */
public record CustomRegistration(
        ResourceInfo storage,
        Map<ResourceInfo, Strategy> served,
        ResourceCache cache,
        UnaryOperator<byte[]> reading,
        Conversion conversion,
        Map<String, SubresourceHandler> handlers) {}
