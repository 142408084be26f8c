package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.DeleteOptions;
import io.flotilla.apiserver.request.FieldError;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one kind. The generic registry does what all kinds share (metadata, names, preconditions, finalizers,
 * table-driven defaults and pruning, optimistic concurrency) and calls a strategy for the rest; the default methods are
 * the rules of a kind that has no status and nothing of its own.
 *
 * <p>Objects are mutable trees in the storage version, already pruned and defaulted from the table. A strategy keeps no
 * state between calls and is used by many threads. Order: create is {@code prepareForCreate}, {@code validate},
 * {@code beforeCreate}; update is {@code prepareForUpdate}, {@code validateUpdate}, {@code beforeUpdate}.
 */
public interface Strategy {

    /** Gives back nothing. */
    Runnable NOTHING = () -> {};

    /** Clears what creation may not set (status, usually) and sets what the kind derives. */
    default void prepareForCreate(WriteContext context, ObjectNode object) {}

    /** Returns what is wrong with a new object; the order is the order of the causes. */
    default List<FieldError> validate(WriteContext context, ObjectNode object) {
        return List.of();
    }

    /**
     * Last step before a valid object is stored: claims what must be unique across the cluster (an address, a port).
     * Returns what gives the claim back should storing fail. Not called for a dry run.
     */
    default Runnable beforeCreate(WriteContext context, ObjectNode object) {
        return NOTHING;
    }

    /** Restores what an update of the main resource may not change, and advances {@code metadata.generation}. */
    default void prepareForUpdate(WriteContext context, ObjectNode object, ObjectNode old) {}

    default List<FieldError> validateUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        return validate(context, object);
    }

    /** As {@link #beforeCreate}, for an update; {@link #NOTHING} if nothing is claimed and the object as it was. */
    default Runnable beforeUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        return NOTHING;
    }

    /** Whether the kind has a {@code status} subresource that updates of the main resource leave alone. */
    default boolean hasStatus() {
        return false;
    }

    /** Restores what an update of {@code status} may not change: by default all but status and managed fields. */
    default void prepareForStatusUpdate(WriteContext context, ObjectNode object, ObjectNode old) {}

    default List<FieldError> validateStatusUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        return List.of();
    }

    /**
     * Tells what is allowed and yet better done otherwise. Called for valid objects, not for updates of {@code status}.
     *
     * @param old null for a creation
     */
    default void warn(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {}

    /** Whether PUT of an object that does not exist creates it. */
    default boolean allowCreateOnUpdate() {
        return false;
    }

    /** Whether an update without resourceVersion overwrites. */
    default boolean allowUnconditionalUpdate() {
        return true;
    }

    /** Grace period in seconds of a kind that knows one; 0 means that deletion is immediate, whatever is asked. */
    default long defaultGracePeriodSeconds(WriteContext context, ObjectNode object) {
        return 0;
    }

    /**
     * Whether something beside {@code metadata.finalizers} still holds back a requested deletion, such as a namespace's
     * {@code spec.finalizers}. Asked when deletion is requested and again after each update.
     */
    default boolean holdsDeletion(ObjectNode object) {
        return false;
    }

    /** What becomes of the objects that a deleted one owns where neither the request nor its finalizers say it. */
    default DeleteOptions.Propagation defaultPropagation() {
        return DeleteOptions.Propagation.BACKGROUND;
    }

    /** Tells who deletes an object without a word on what it owns what comes of that. */
    default void warnOfDefaultPropagation(WriteContext context) {}

    /** Marks an object whose deletion was requested and that stays for now; called once, with the stamp already set. */
    default void markForDeletion(WriteContext context, ObjectNode object) {}

    /** Whether DELETE answers with the object rather than a Status. */
    default boolean returnsDeletedObject() {
        return false;
    }

    /** Whether {@link #afterUpdate} has anything to do: both trees are made for it. */
    default boolean followsUpdates() {
        return false;
    }

    /** Gives back what the object held and holds no more, after an update was stored. */
    default void afterUpdate(WriteContext context, ObjectNode object, ObjectNode old) {}

    /** Gives back what the object held, after it was removed from storage; its tree is made for those who ask. */
    default void afterDelete(WriteContext context, Supplier<ObjectNode> object) {}
}
