package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.Selection;
import io.flotilla.apiserver.request.StatusException;
import java.util.List;
import java.util.Set;

/**
 * A subresource that is more than another view on writing the object (those are the business of a {@link Strategy}):
 * scale, binding, eviction, token, approval, finalize, resize, ephemeral containers. {@code context.resource()} is the
 * parent's resource, {@code context.name()} the parent's name. Bodies are in the version of the request, pruned and
 * defaulted; an answer carries apiVersion and kind. A handler reads and writes through {@code context.store()}, does its
 * own validation, and honours {@code context.dryRun()}.
 *
 * <p>The transport derives PATCH: it reads, patches what was read, and updates with the result.
 */
public interface SubresourceHandler {

    /** Versions in which bodies may come beside the subresource's own; they are read as if they were of that one. */
    default Set<String> otherVersions() {
        return Set.of();
    }

    /** Answers GET. */
    default ObjectNode read(WriteContext context) {
        throw StatusException.methodNotSupported(context.resource(), "get");
    }

    /** Answers GET of all that are selected; for resources whose objects are not kept. */
    default List<ObjectNode> list(WriteContext context, Selection selection) {
        throw StatusException.methodNotSupported(context.resource(), "list");
    }

    /** Answers POST; the answer's code is 201. */
    default ObjectNode create(WriteContext context, ObjectNode body) {
        throw StatusException.methodNotSupported(context.resource(), "create");
    }

    /** Answers PUT. */
    default ObjectNode update(WriteContext context, ObjectNode body) {
        throw StatusException.methodNotSupported(context.resource(), "update");
    }
}
