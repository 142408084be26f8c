package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Keeps {@code metadata.managedFields}: who set which field. */
@FunctionalInterface
public interface FieldOwnership {
    /** Nobody owns anything. */
    FieldOwnership NONE = (_, _, _, _, _, _) -> object -> {
        if (object.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields");
        }
    };

    /**
     * Looks at what a create or an update sets. Called on the object as its sender means it, complete, in its storage
     * version, before admission: what admission and the kind's rules add to it is nobody's.
     *
     * @param live the object before, null for a creation
     * @param manager as the client names itself, never empty
     * @param subresource empty for the resource itself
     */
    Note look(
            ResourceInfo resource,
            @Nullable ObjectNode live,
            ObjectNode object,
            String manager,
            String subresource,
            Instant now);

    /** What a write sets, while it is not known what becomes of it. */
    @FunctionalInterface
    interface Note {
        /** Nothing: who set what stays as the object has it. */
        Note NOTHING = _ -> {};

        /**
         * Notes it in the finished object, before that is stored. What the kind's rules have undone of an update is not
         * noted.
         */
        void write(ObjectNode object);
    }
}
