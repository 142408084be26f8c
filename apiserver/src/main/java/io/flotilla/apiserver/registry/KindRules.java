package io.flotilla.apiserver.registry;

import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.List;
import java.util.Optional;

/**
 * Everything that kinds bring beside the table: what the generic registry asks once for each resource when the process
 * starts. The default methods are those of a server in which no kind has rules of its own.
 */
public interface KindRules {
    /** A server whose kinds have no rules. */
    KindRules NONE = new KindRules() {};

    /** Rules of the resource, given in its storage version. */
    default Strategy strategy(ResourceInfo resource) {
        return new Strategy() {};
    }

    /** Rules for those who write in this version, where they are not those of the storage version. */
    default Optional<Strategy> versionStrategy(ResourceInfo served) {
        return Optional.empty();
    }

    /**
     * Handler of a subresource. The empty subresource stands for the resource itself where objects of it are never
     * stored: bindings, reviews, component statuses.
     */
    default Optional<SubresourceHandler> subresource(ResourceInfo parent, String subresource) {
        return Optional.empty();
    }

    /** Conversion between the served versions of the resource, given in its storage version. */
    default Conversion conversion(ResourceInfo resource) {
        return Conversion.NONE;
    }

    /** Resources that kinds keep objects of, but that no one is served: allocation maps and the like. */
    default List<ResourceInfo> unserved() {
        return List.of();
    }

    /** Admission plugins in the order in which they run. */
    default List<Admission> admission() {
        return List.of();
    }

    /**
     * Runs once the cache has been filled, on a thread of its own: makes the objects that every cluster has. Several API
     * servers may do so at the same time.
     */
    default void start(ObjectStore store) {}

    /** Whether all that {@link #start} makes has been made. */
    default boolean isStarted() {
        return true;
    }

    /** Ends what {@link #start} began, while objects can still be written: the process is about to stop. */
    default void stop() {}
}
