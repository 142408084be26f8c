package io.flotilla.machinery.client;

import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceType;

/**
 * The calls on one resource. The errors are those of {@link ApiClient}; a returned object belongs to the caller.
 * Objects passed in are not kept and not changed.
 */
public interface ResourceClient<T extends HasMetadata> {

    ResourceType<T> type();

    /** Reads the newest state. */
    T get(ObjectKey key);

    ObjectList<T> list(ListOptions options);

    /**
     * Opens a watch. The stream is bound to one server and ends with it; whoever wants more opens the next one at the
     * last version seen.
     */
    WatchStream<T> watch(WatchOptions options);

    /** Creates the object in the namespace that its metadata names; {@code generateName} works. */
    T create(T object);

    /** Replaces the object; with a resourceVersion in its metadata only if it is still at that version. */
    T update(T object);

    /** Replaces {@code status} and nothing else. */
    T updateStatus(T object);

    T patch(ObjectKey key, Patch patch);

    /** Patches a subresource, such as {@code status}. */
    T patch(ObjectKey key, String subresource, Patch patch);

    /** Deletes with the server's defaults. Fails with NotFound where nothing is. */
    void delete(ObjectKey key);

    void delete(ObjectKey key, DeleteOptions options);

    /** Deletes all that the selectors of the options match in its namespace. */
    void deleteCollection(ListOptions options, DeleteOptions deleteOptions);

    /**
     * Posts to a subresource that takes another kind than the resource's own, such as {@code pods/binding}, and returns
     * what the server answers as JSON bytes.
     */
    byte[] post(ObjectKey key, String subresource, Object body);

    /** Replaces through a subresource, such as {@code namespaces/finalize}. */
    T put(ObjectKey key, String subresource, T object);
}
