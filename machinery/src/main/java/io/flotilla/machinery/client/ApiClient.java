package io.flotilla.machinery.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.flotilla.machinery.scheme.ResourceType;
import java.time.Duration;
import java.util.List;

/**
 * The cluster API as components use it, over any of several API servers. Calls block the calling (virtual) thread, fail
 * with {@link ApiException} and are safe from any thread; of many at once, all but a few wait for their turn. Reads are retried on the other servers until the request
 * timeout; a write is tried again elsewhere only where it surely never reached a server.
 */
public interface ApiClient extends AutoCloseable {

    /** Returns the calls on one resource. A type made by {@code metadataOf} is served as PartialObjectMetadata. */
    <T extends HasMetadata> ResourceClient<T> resource(ResourceType<T> type);

    /** Returns a view whose writes take effect only while the fence holds. Closing the view does nothing. */
    ApiClient fencedBy(Fence fence);

    /**
     * Returns a view for the small calls by which others judge whether this process lives, such as the renewal of a
     * lease. They have a connection of their own and wait for no other call of this client, and an attempt that gets no
     * answer in that time is made once more, at the next server, writes as well: they must be such that doing them
     * twice does no harm. The view is closed for itself.
     */
    ApiClient urgent(Duration attempt);

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
