package io.flotilla.machinery.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.flotilla.machinery.scheme.ResourceType;
import java.util.List;

/**
 * The cluster API as components use it, over any of several API servers. Calls block the calling (virtual) thread, fail
 * with {@link ApiException} and are safe from any thread. Reads are retried on the other servers until the request
 * timeout; a write is tried again elsewhere only where it surely never reached a server.
 */
public interface ApiClient extends AutoCloseable {

    /** Returns the calls on one resource. A type made by {@code metadataOf} is served as PartialObjectMetadata. */
    <T extends HasMetadata> ResourceClient<T> resource(ResourceType<T> type);

    /** Returns a view whose writes take effect only while the fence holds. Closing the view does nothing. */
    ApiClient fencedBy(Fence fence);

    /** Returns every resource that the API serves. */
    List<DiscoveredResource> discover();

    @Override
    void close();

    /**
     * A served resource.
     *
     * @param group empty for the core group
     * @param resource plural, with the subresource after a slash
     * @param preferredVersion whether the version is its group's preferred one
     */
    record DiscoveredResource(
            String group,
            String version,
            String resource,
            String kind,
            boolean namespaced,
            List<String> verbs,
            boolean preferredVersion) {}
}
