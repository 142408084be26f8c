package io.flotilla.machinery.informer;

import io.flotilla.machinery.scheme.ObjectKey;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The local copy, which may lag behind the cluster. Objects are shared and must not be changed: copy first
 * ({@link io.flotilla.machinery.object.ObjectJson#copy}). Lists are snapshots in no particular order.
 */
public interface Lister<T> {
    Optional<T> get(ObjectKey key);

    Collection<T> list();

    List<T> list(String namespace);

    /** Returns the objects for which the named index function gave this value. Fails for an index never added. */
    List<T> byIndex(String index, String value);
}
