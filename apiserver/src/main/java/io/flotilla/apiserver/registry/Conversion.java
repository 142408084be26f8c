package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Translates one kind between a served version and its storage version, where they differ in more than the apiVersion
 * (which the caller sets). Both directions change the tree in place, know every field, and lose nothing that the other
 * version can hold; what it cannot hold travels in annotations where Kubernetes does so.
 */
public interface Conversion {
    /** The two versions differ in apiVersion alone. */
    Conversion NONE = new Conversion() {};

    /** From a served version into the storage version. */
    default void toStorage(ObjectNode object, String fromVersion) {}

    /** From the storage version into a served version. */
    default void fromStorage(ObjectNode object, String toVersion) {}

    /** As {@link #fromStorage}, of many objects at once; of custom kinds they may be of any version. */
    default void allFromStorage(List<ObjectNode> objects, String toVersion) {
        objects.forEach(each -> fromStorage(each, toVersion));
    }

    /**
     * Whether someone else is asked to convert: that takes time and can fail, so what is cached may be of any version
     * until it is asked for.
     */
    default boolean asks() {
        return false;
    }
}
