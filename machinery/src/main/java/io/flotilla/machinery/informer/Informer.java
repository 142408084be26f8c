package io.flotilla.machinery.informer;

import java.util.Collection;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A local copy of one resource that keeps itself up to date. */
public interface Informer<T> {

    Lister<T> lister();

    /** Adds a handler; one that comes late is first told of everything that is there. */
    void addHandler(EventHandler<T> handler);

    /** Takes a handler away again: once this returns it hears of nothing more. */
    void removeHandler(EventHandler<T> handler);

    /**
     * Sets what becomes of each object before it is stored and told of, to keep less of it. Name, UID, version and what
     * the indexes read must stay.
     *
     * @throws IllegalStateException once the informer has started
     */
    void setTransform(UnaryOperator<T> reduce);

    /**
     * Adds an index: for each object the values under which {@link Lister#byIndex} finds it.
     *
     * @throws IllegalStateException once the informer has started
     */
    void addIndex(String name, Function<T, Collection<String>> values);

    /** Says whether the initial list is in the copy and every handler has seen it. */
    boolean hasSynced();
}
