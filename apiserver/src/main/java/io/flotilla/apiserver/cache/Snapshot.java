package io.flotilla.apiserver.cache;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.pcollections.TreePMap;

/**
 * All objects of a resource as they were at a revision, in key order. Immutable.
 *
 * @param revision the last revision that changed anything in it, or a later one
 */
public record Snapshot(TreePMap<String, CachedObject> objects, long revision) {

    public Optional<CachedObject> get(String key) {
        return Optional.ofNullable(objects.get(key));
    }

    public Snapshot asOf(long laterRevision) {
        return laterRevision > revision ? new Snapshot(objects, laterRevision) : this;
    }

    /** Objects of a namespace (empty for all) from a key on. */
    public Iterator<CachedObject> from(String namespace, String startKey) {
        return range(namespace, startKey).values().iterator();
    }

    /** How many objects {@link #from} would give; walks them. */
    public int count(String namespace, String startKey) {
        return range(namespace, startKey).size();
    }

    private Map<String, CachedObject> range(String namespace, String startKey) {
        if (namespace.isEmpty()) {
            return startKey.isEmpty() ? objects : objects.tailMap(startKey, true);
        }
        String first = namespace + "/";
        String start = startKey.compareTo(first) > 0 ? startKey : first;
        // '0' follows '/': the first key behind all of the namespace.
        String end = namespace + "0";
        return start.compareTo(end) >= 0 ? TreePMap.empty() : objects.subMap(start, true, end, false);
    }
}
