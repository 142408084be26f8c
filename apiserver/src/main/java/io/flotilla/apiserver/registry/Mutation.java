package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * What configured admission makes of one object. It is applied once, and a second time after anything that came later
 * has changed the object: then only those are asked who want to be asked again, and only if something has changed since.
 */
@FunctionalInterface
public interface Mutation {
    /** Changes nothing. */
    Mutation NONE = (_, _) -> false;

    /**
     * Completes the object, in place.
     *
     * @param old null for a creation
     * @return whether others should look at the object again
     */
    boolean apply(ObjectNode object, @Nullable ObjectNode old);
}
