package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;

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
}
