package io.flotilla.machinery.scheme;

import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * Namespace and name: what identifies an object among those of its resource.
 *
 * @param namespace empty for cluster-scoped objects
 * @param name object name
 */
public record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {

    /** Returns the key of an object that has a name. */
    public static ObjectKey of(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return new ObjectKey(
                namespace == null ? "" : namespace, object.getMetadata().getName());
    }

    /** Returns the key of a cluster-scoped object. */
    public static ObjectKey of(String name) {
        return new ObjectKey("", name);
    }

    @Override
    public int compareTo(ObjectKey other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    /** Returns {@code namespace/name}, or the name alone: the form of client-go's keys. */
    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
