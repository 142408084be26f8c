package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.StatusException;
import java.util.function.UnaryOperator;

/** Changes that subresources make to their parent. */
public final class Changes {
    private static final String MODIFIED =
            "the object has been modified; please apply your changes to the latest version and try again";

    private Changes() {}

    /** Reads the parent as it is in etcd. */
    public static ObjectNode read(WriteContext context) {
        return context.store()
                .get(context.resource(), context.namespace(), context.name())
                .orElseThrow(() -> StatusException.notFound(context.resource(), context.name()));
    }

    /**
     * Changes the parent, or tells what the change would make of it.
     *
     * @param body what the client sent; a resourceVersion or a UID in it must be that of the parent
     */
    public static ObjectNode apply(WriteContext context, ObjectNode body, UnaryOperator<ObjectNode> change) {
        return apply(context, parent -> {
            check(context, body, parent);
            return change.apply(parent);
        });
    }

    /** Changes the parent, or tells what the change would make of it, whatever version of it there is. */
    public static ObjectNode apply(WriteContext context, UnaryOperator<ObjectNode> change) {
        return context.dryRun()
                ? change.apply(read(context))
                : context.store().update(context.resource(), context.namespace(), context.name(), change);
    }

    /** Checks that a resourceVersion or a UID that a body has is that of the parent; fails with Conflict. */
    public static void check(WriteContext context, ObjectNode body, ObjectNode parent) {
        String version = body.path("metadata").path("resourceVersion").asText("");
        String uid = body.path("metadata").path("uid").asText("");
        String actual = parent.path("metadata").path("uid").asText("");
        if (!uid.isEmpty() && !uid.equals(actual)) {
            throw StatusException.conflict(
                    context.resource(),
                    context.name(),
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + actual);
        }
        if (!version.isEmpty()
                && !version.equals(
                        parent.path("metadata").path("resourceVersion").asText(""))) {
            throw StatusException.conflict(context.resource(), context.name(), MODIFIED);
        }
    }
}
