package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * An admission plugin. For a write of an object, the pipeline runs every plugin's {@code admit} in their order (after
 * table defaults, before {@link Strategy#prepareForCreate} or {@code prepareForUpdate}), then the strategy's validation,
 * then every plugin's {@code validate}, which changes nothing. To refuse, throw
 * {@link io.flotilla.apiserver.request.StatusException}. Plugins are stateless and used by many threads.
 *
 * <p>{@code old} is null for a creation. Subresources are not admitted, but for those that a plugin asks for by
 * {@link #handlesStatus}.
 */
public interface Admission {

    /** Name as {@code --enable-admission-plugins} spells it. */
    String name();

    /** Whether this plugin has anything to say about the resource; asked once a resource. */
    boolean handles(String group, String resource);

    /** Completes or refuses an object that is created or updated. */
    default void admit(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {}

    /**
     * Last word on a valid object. Returns what takes back any claim made (a quota's), to be run when storing fails.
     */
    default Runnable validate(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        return () -> {};
    }

    /** Refuses a deletion. */
    default void validateDelete(WriteContext context, ObjectNode object) {}

    /** Whether updates of the status subresource pass {@link #validate}, too. */
    default boolean handlesStatus() {
        return false;
    }
}
