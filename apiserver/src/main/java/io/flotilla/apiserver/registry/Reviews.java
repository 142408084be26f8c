package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Where writes learn what is configured that concerns them; {@link Review#NONE} where nothing is. */
@FunctionalInterface
public interface Reviews {
    Reviews NONE = _ -> Review.NONE;

    Review of(Write write);

    /** Two sources as one: both complete an object, then both validate it, the first one first. */
    static Reviews inOrder(Reviews first, Reviews second) {
        return write -> Review.inOrder(first.of(write), second.of(write));
    }

    /** The operations of admission. */
    enum Operation {
        CREATE,
        UPDATE,
        DELETE,
        CONNECT
    }

    /**
     * A write that is about to be done.
     *
     * @param resource in the version of the request
     * @param version the same where the objects at hand are in its storage version; empty where they are as the client
     *     sent them
     * @param subresource empty for the resource itself
     * @param name name in the path; empty for a creation
     * @param options the options object of the operation, with its kind
     * @param warn adds a Warning header
     */
    record Write(
            Operation operation,
            ResourceInfo resource,
            Optional<ServedVersion> version,
            String subresource,
            String namespace,
            String name,
            User user,
            boolean dryRun,
            Supplier<ObjectNode> options,
            Consumer<String> warn) {}
}
