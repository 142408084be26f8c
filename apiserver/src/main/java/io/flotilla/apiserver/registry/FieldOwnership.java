package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Keeps {@code metadata.managedFields}: who set which field. */
@FunctionalInterface
public interface FieldOwnership {
    /** Nobody owns anything. */
    FieldOwnership NONE = (_, _, object, _, _, _) -> {
        if (object.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields");
        }
    };

    /**
     * Notes in the object what a create or an update sets. Called on the finished object, in its storage version, before
     * it is stored.
     *
     * @param live the object before, null for a creation
     * @param manager as the client names itself, never empty
     * @param subresource empty for the resource itself
     */
    void noteUpdate(
            ResourceInfo resource,
            @Nullable ObjectNode live,
            ObjectNode object,
            String manager,
            String subresource,
            Instant now);
}
