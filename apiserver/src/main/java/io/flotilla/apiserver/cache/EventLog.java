package io.flotilla.apiserver.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.pcollections.TreePMap;

/**
 * The recent events of a resource, each with the objects as they were after it. Bounded by number, by bytes, and below
 * those by age. Guarded by its owner.
 */
final class EventLog {
    private static final int MIN_EVENTS = 128;
    private static final int MAX_EVENTS = 16_384;
    private static final long MAX_BYTES = 24L << 20;
    private static final long KEEP_NANOS = 90_000_000_000L;

    private record Entry(CacheEvent event, TreePMap<String, CachedObject> after, long nanos) {}

    private final Deque<Entry> entries = new ArrayDeque<>();
    private TreePMap<String, CachedObject> before;
    private long completeSince;
    private long bytes;

    /**
     * @param start objects before the first event
     * @param revision revision after which no event is missing
     */
    EventLog(TreePMap<String, CachedObject> start, long revision) {
        this.before = start;
        this.completeSince = revision;
    }

    void add(CacheEvent event, TreePMap<String, CachedObject> after, long nanos) {
        entries.addLast(new Entry(event, after, nanos));
        bytes += event.size();
        while (entries.size() > MIN_EVENTS
                && (entries.size() > MAX_EVENTS
                        || bytes > MAX_BYTES
                        || nanos - entries.getFirst().nanos() > KEEP_NANOS)) {
            Entry dropped = entries.removeFirst();
            bytes -= dropped.event().size();
            before = dropped.after();
            completeSince = dropped.event().revision();
        }
    }

    /** The oldest revision from which a watch can go on. */
    long completeSince() {
        return completeSince;
    }

    /** Events after the revision, in order. */
    List<CacheEvent> since(long revision) {
        List<CacheEvent> found = new ArrayList<>();
        for (Iterator<Entry> it = entries.descendingIterator(); it.hasNext(); ) {
            CacheEvent event = it.next().event();
            if (event.revision() <= revision) {
                break;
            }
            found.add(event);
        }
        return found.reversed();
    }

    /** The objects as they were at a revision, if that is not too long ago. */
    Optional<Snapshot> at(long revision) {
        if (revision < completeSince) {
            return Optional.empty();
        }
        for (Iterator<Entry> it = entries.descendingIterator(); it.hasNext(); ) {
            Entry entry = it.next();
            if (entry.event().revision() <= revision) {
                return Optional.of(new Snapshot(entry.after(), revision));
            }
        }
        return Optional.of(new Snapshot(before, revision));
    }
}
