package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a strategy or a subresource may read and write beside the object at hand. Objects are in their storage version
 * and carry {@code metadata.resourceVersion}. A tree from etcd belongs to the caller; one from the watch cache is shared,
 * and must not be changed nor become part of a tree that may be. All calls block and may throw
 * {@link io.flotilla.apiserver.request.StatusException}; all are safe from any thread.
 */
public interface ObjectStore {
    /** Reads from the watch cache: may lag behind etcd by a moment. */
    Optional<ObjectNode> cached(ResourceInfo resource, String namespace, String name);

    /** Lists from the watch cache; an empty namespace means all. */
    List<ObjectNode> cachedList(ResourceInfo resource, String namespace);

    /** Reads from etcd, linearizably. */
    Optional<ObjectNode> get(ResourceInfo resource, String namespace, String name);

    /** Lists a namespace from etcd, linearizably. */
    List<ObjectNode> list(ResourceInfo resource, String namespace);

    /** Stores a new object as it is, without strategy or admission. Fails with AlreadyExists. */
    ObjectNode create(ResourceInfo resource, ObjectNode object);

    /**
     * Reads, changes and writes back until no one else wrote in between, without strategy or admission. The change may
     * run several times, must have no effect elsewhere and may throw to give up. Fails with NotFound.
     */
    ObjectNode update(ResourceInfo resource, String namespace, String name, UnaryOperator<ObjectNode> change);

    /** Removes the object at once, finalizers or not. Returns false where there was none. */
    boolean remove(ResourceInfo resource, String namespace, String name);
}
