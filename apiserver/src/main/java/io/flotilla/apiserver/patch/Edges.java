package io.flotilla.apiserver.patch;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a node of a {@link FieldSet} leads to, by edge in ascending order. Most nodes have a handful of edges: they stand in
 * an array, which is a fraction of a tree's work to make, to copy and to walk; many edges stand in a tree.
 */
final class Edges {
    private static final int MOST_IN_ARRAY = 32;
    private static final String[] NO_NAMES = {};
    private static final FieldSet[] NO_SETS = {};

    private String[] names;
    private FieldSet[] sets;
    private int size;
    private @Nullable SortedMap<String, FieldSet> tree;

    Edges() {
        names = NO_NAMES;
        sets = NO_SETS;
    }

    /** A copy, with room for one more. */
    Edges(Edges other) {
        names = Arrays.copyOf(other.names, other.size + 1);
        sets = Arrays.copyOf(other.sets, other.size + 1);
        size = other.size;
        tree = other.tree == null ? null : new TreeMap<>(other.tree);
    }

    boolean isEmpty() {
        return size == 0 && tree == null;
    }

    @Nullable
    FieldSet get(String edge) {
        if (tree != null) {
            return tree.get(edge);
        }
        int at = find(edge);
        return at < 0 ? null : sets[at];
    }

    void put(String edge, FieldSet set) {
        if (tree != null) {
            tree.put(edge, set);
            return;
        }
        // Fields often come in order.
        int at = size > 0 && names[size - 1].compareTo(edge) < 0 ? ~size : find(edge);
        if (at >= 0) {
            sets[at] = set;
        } else if (size == MOST_IN_ARRAY) {
            plant().put(edge, set);
        } else {
            insert(~at, edge, set);
        }
    }

    /** What the edge leads to; a new, empty set if there is no such edge yet. */
    FieldSet grow(String edge) {
        FieldSet known = get(edge);
        if (known == null) {
            known = new FieldSet();
            put(edge, known);
        }
        return known;
    }

    void remove(String edge) {
        if (tree != null) {
            tree.remove(edge);
            if (tree.isEmpty()) {
                tree = null;
            }
            return;
        }
        int at = find(edge);
        if (at >= 0) {
            size--;
            System.arraycopy(names, at + 1, names, at, size - at);
            System.arraycopy(sets, at + 1, sets, at, size - at);
        }
    }

    /** The same edges for a walk by index, while nobody changes them. */
    Edges inOrder() {
        if (tree == null) {
            return this;
        }
        Edges flat = new Edges();
        flat.names = tree.keySet().toArray(NO_NAMES);
        flat.sets = tree.values().toArray(NO_SETS);
        flat.size = flat.names.length;
        return flat;
    }

    /** How many there are to walk over, after {@link #inOrder}. */
    int size() {
        return size;
    }

    String name(int index) {
        return names[index];
    }

    FieldSet set(int index) {
        return sets[index];
    }

    private int find(String edge) {
        return Arrays.binarySearch(names, 0, size, edge);
    }

    private void insert(int at, String edge, FieldSet set) {
        if (size == names.length) {
            int room = Math.max(4, 2 * size);
            names = Arrays.copyOf(names, room);
            sets = Arrays.copyOf(sets, room);
        }
        System.arraycopy(names, at, names, at + 1, size - at);
        System.arraycopy(sets, at, sets, at + 1, size - at);
        names[at] = edge;
        sets[at] = set;
        size++;
    }

    private SortedMap<String, FieldSet> plant() {
        SortedMap<String, FieldSet> planted = new TreeMap<>();
        for (int i = 0; i < size; i++) {
            planted.put(names[i], sets[i]);
        }
        tree = planted;
        names = NO_NAMES;
        sets = NO_SETS;
        size = 0;
        return planted;
    }
}
