package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.UnaryOperator;

/**
 * A subresource that shows a part of its parent as an object of its own kind: who manages the fields of the one manages
 * those of the other.
 */
public interface ScaleHandler extends SubresourceHandler {

    /**
     * Answers PUT and PATCH.
     *
     * @param change makes the new object, with its managed fields, from the one that is shown, which has those as well; may
     *     run several times
     */
    ObjectNode update(WriteContext context, UnaryOperator<ObjectNode> change);
}
