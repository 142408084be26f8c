package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What admission that objects configure (webhooks, policies) has to say about one write. Objects are in the form in which
 * the write holds them: in the storage version where they are stored, else as the client sent them. To refuse, its
 * methods throw {@link io.flotilla.apiserver.request.StatusException}; all may block for as long as a webhook takes, and
 * run again where the write is tried again.
 */
public interface Review {
    /** Nothing is configured that concerns the write. */
    Review NONE = new Review() {
        @Override
        public void admit(ObjectNode object, Supplier<Optional<ObjectNode>> old) {}
    };

    /** Begins to complete an object. */
    default Mutation mutation() {
        return Mutation.NONE;
    }

    /**
     * Completes the object, in place.
     *
     * @param old null for a creation
     * @param builtIn admission that comes first, and once more where the object has been changed after it
     */
    default void mutate(ObjectNode object, @Nullable ObjectNode old, Consumer<ObjectNode> builtIn) {
        Mutation mutation = mutation();
        builtIn.accept(object);
        if (mutation.apply(object, old)) {
            builtIn.accept(object);
            mutation.apply(object, old);
        }
    }

    /** Last word on a valid object. */
    default void validate(ObjectNode object, @Nullable ObjectNode old) {}

    /** Last word on a deletion. */
    default void delete(ObjectNode old) {}

    /** Last word on a connection, by its options. */
    default void connect(ObjectNode options) {}

    /**
     * Both steps at once, for what is not stored as it is sent: the body of a subresource.
     *
     * @param old what is there now; asked for only where someone wants to know
     */
    default void admit(ObjectNode object, Supplier<Optional<ObjectNode>> old) {
        ObjectNode before = old.get().orElse(null);
        mutate(object, before, _ -> {});
        validate(object, before);
    }

    /** Two as one: both complete an object, then both validate it, the first one first. */
    @SuppressWarnings("ReferenceEquality") // NONE is one instance
    static Review inOrder(Review first, Review second) {
        if (first == NONE || second == NONE) {
            return first == NONE ? second : first;
        }
        return new Review() {
            @Override
            public Mutation mutation() {
                Mutation one = first.mutation();
                Mutation other = second.mutation();
                return (object, old) -> {
                    boolean changed = one.apply(object, old);
                    return other.apply(object, old) || changed;
                };
            }

            @Override
            public void validate(ObjectNode object, @Nullable ObjectNode old) {
                first.validate(object, old);
                second.validate(object, old);
            }

            @Override
            public void delete(ObjectNode old) {
                first.delete(old);
                second.delete(old);
            }

            @Override
            public void connect(ObjectNode options) {
                first.connect(options);
                second.connect(options);
            }
        };
    }
}
