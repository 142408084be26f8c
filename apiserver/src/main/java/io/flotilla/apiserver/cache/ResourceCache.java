package io.flotilla.apiserver.cache;

import io.flotilla.apiserver.storage.Versioned;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cached objects of one resource and the watches on it. Written by the cache's feed alone; read by anyone. Watches
 * are kept by what they can see, so that an event costs only those that may be concerned: by key, by the node they look
 * at, by namespace, and the rest.
 */
public final class ResourceCache {
    private static final Logger LOG = LoggerFactory.getLogger(ResourceCache.class);

    private final String prefix;
    private final boolean namespaced;
    private final SelectableFields selectable;
    private final OptionalInt nodeField;
    private final LongSupplier progress;
    private final LongSupplier nanoTime;
    private final UnaryOperator<byte[]> reading;

    private volatile Optional<ResourceCache> predecessor;
    private volatile Snapshot snapshot = new Snapshot(TreePMap.empty(), 0);

    // Guarded by this.
    private EventLog log = new EventLog(TreePMap.empty(), 0);
    private final Map<String, List<Watcher<?>>> watchers = new HashMap<>();
    // Guarded by this. Changes that came while what is stored was read; null once that is done.
    private @Nullable List<Pending> pending;

    // Guarded by this.
    private long received;

    private record Pending(String key, Optional<CachedObject> current, long revision) {}

    /**
     * @param prefix etcd prefix with its trailing slash
     * @param progress the revision up to which the whole cache is complete
     */
    ResourceCache(
            String prefix,
            boolean namespaced,
            SelectableFields selectable,
            LongSupplier progress,
            LongSupplier nanoTime) {
        this(prefix, namespaced, selectable, progress, nanoTime, UnaryOperator.identity(), Optional.empty());
        pending = null;
    }

    /**
     * A cache that waits to be {@linkplain #fill filled}.
     *
     * @param reading brings a stored value into the form that is served
     * @param predecessor what is to be fed in its stead until then
     */
    ResourceCache(
            String prefix,
            boolean namespaced,
            SelectableFields selectable,
            LongSupplier progress,
            LongSupplier nanoTime,
            UnaryOperator<byte[]> reading,
            Optional<ResourceCache> predecessor) {
        this.reading = reading;
        this.predecessor = predecessor;
        this.pending = new ArrayList<>();
        this.prefix = prefix;
        this.namespaced = namespaced;
        this.selectable = selectable;
        this.nodeField = selectable.indexOf("spec.nodeName");
        this.progress = progress;
        this.nanoTime = nanoTime;
    }

    public String prefix() {
        return prefix;
    }

    public SelectableFields selectable() {
        return selectable;
    }

    /** A stored value in the form that is served; one that is no object is told in the log, and is as if not there. */
    public Optional<CachedObject> decode(Versioned stored) {
        try {
            return Optional.of(StoredForm.decode(stored.key().substring(prefix.length()), read(stored), selectable));
        } catch (UncheckedIOException | ClassCastException e) {
            LOG.error("etcd holds something unreadable under {}: {}", stored.key(), e.getMessage());
            return Optional.empty();
        }
    }

    @SuppressWarnings("ReferenceEquality") // the same array says that there was nothing to do
    private Versioned read(Versioned stored) {
        byte[] value = reading.apply(stored.value());
        return value == stored.value() ? stored : new Versioned(stored.key(), value, stored.revision());
    }

    /** The cache that this one replaces, while it is not filled itself. */
    Optional<ResourceCache> predecessor() {
        return predecessor;
    }

    /** Takes over what was read, and what changed meanwhile. */
    synchronized void fill(TreePMap<String, CachedObject> objects, long revision) {
        List<Pending> changes = pending;
        if (changes == null) {
            return;
        }
        snapshot = new Snapshot(objects, revision);
        log = new EventLog(objects, revision);
        pending = null;
        for (Pending each : changes) {
            if (each.revision() > revision) {
                apply(each.key(), each.current(), each.revision(), new HashSet<>());
            }
        }
        predecessor = Optional.empty();
    }

    /** All objects now: everything up to the revision it tells is in it. */
    public Snapshot snapshot() {
        // In this order: what the feed has completed before is in the snapshot that is read after.
        long complete = progress.getAsLong();
        return snapshot.asOf(complete);
    }

    /** All objects at a past revision, if it is not too long ago. */
    public synchronized Optional<Snapshot> at(long revision) {
        return log.at(revision);
    }

    /**
     * Opens a watch.
     *
     * @param after revision after which events are wanted; empty for the present objects first
     * @param markInitialEnd whether a bookmark marks the end of the present objects
     * @param wake called by any thread, must not block: take frames soon
     * @throws ExpiredException if events after that revision are forgotten
     */
    public <F> Watcher<F> watch(
            Selection selection,
            WatchForm<F> form,
            OptionalLong after,
            boolean bookmarks,
            boolean markInitialEnd,
            Runnable wake) {
        String slot = slot(selection);
        List<Watcher<?>> self = new ArrayList<>(1);
        Watcher<F> watcher =
                new Watcher<>(selection, form, bookmarks, after.orElse(0), wake, () -> remove(slot, self.getFirst()));
        self.add(watcher);
        synchronized (this) {
            if (after.isEmpty()) {
                Snapshot now = snapshot();
                watcher.begin(now, now.from(selection.namespace(), ""), markInitialEnd);
            } else {
                if (after.getAsLong() < log.completeSince()) {
                    throw new ExpiredException(after.getAsLong(), log.completeSince());
                }
                if (markInitialEnd) {
                    Snapshot now = snapshot();
                    watcher.begin(now, List.<CachedObject>of().iterator(), true);
                }
                log.since(after.getAsLong()).forEach(watcher::offer);
            }
            watchers.computeIfAbsent(slot, s -> new ArrayList<>()).add(watcher);
        }
        return watcher;
    }

    private synchronized void remove(String slot, Watcher<?> watcher) {
        List<Watcher<?>> in = watchers.get(slot);
        if (in != null) {
            in.remove(watcher);
            if (in.isEmpty()) {
                watchers.remove(slot);
            }
        }
    }

    /** Number of changes that etcd has told of. */
    public synchronized long received() {
        return received;
    }

    /** Number of open watches. */
    public synchronized int watchCount() {
        return watchers.values().stream().mapToInt(List::size).sum();
    }

    private String slot(Selection selection) {
        Optional<String> key = selection.onlyKey(namespaced);
        if (key.isPresent()) {
            return "key " + key.get();
        }
        if (nodeField.isPresent()) {
            Optional<String> node = selection.requiredValue(nodeField.getAsInt());
            if (node.isPresent()) {
                return "node " + node.get();
            }
        }
        return selection.namespace().isEmpty() ? "" : "namespace " + selection.namespace();
    }

    private Set<String> slots(CacheEvent event) {
        Set<String> slots = HashSet.newHashSet(5);
        slots.add("");
        slots.add("key " + event.key());
        if (namespaced) {
            slots.add("namespace " + event.key().substring(0, event.key().indexOf('/')));
        }
        if (nodeField.isPresent()) {
            event.current().ifPresent(object -> slots.add("node " + object.field(nodeField.getAsInt())));
            event.previous().ifPresent(object -> slots.add("node " + object.field(nodeField.getAsInt())));
        }
        return slots;
    }

    /** Takes over a freshly loaded state; open watches end. Called by the feed. */
    void reset(TreePMap<String, CachedObject> objects, long revision) {
        List<Watcher<?>> ended = new ArrayList<>();
        synchronized (this) {
            snapshot = new Snapshot(objects, revision);
            log = new EventLog(objects, revision);
            pending = null;
            predecessor = Optional.empty();
            watchers.values().forEach(ended::addAll);
        }
        ended.forEach(Watcher::finish);
    }

    /** Applies a change. Called by the feed, which wakes those that it adds to the set. */
    synchronized void apply(String key, Optional<CachedObject> current, long revision, Set<Watcher<?>> toWake) {
        if (pending != null) {
            pending.add(new Pending(key, current, revision));
            return;
        }
        received++;
        TreePMap<String, CachedObject> objects = snapshot.objects();
        Optional<CachedObject> previous = Optional.ofNullable(objects.get(key));
        if (current.isEmpty() && previous.isEmpty()) {
            return;
        }
        TreePMap<String, CachedObject> after =
                current.isPresent() ? objects.plus(key, current.get()) : objects.minus(key);
        CacheEvent event = new CacheEvent(revision, current, previous);
        log.add(event, after, nanoTime.getAsLong());
        snapshot = new Snapshot(after, revision);
        if (watchers.isEmpty()) {
            return;
        }
        for (String slot : slots(event)) {
            for (Watcher<?> watcher : watchers.getOrDefault(slot, List.of())) {
                if (watcher.offer(event)) {
                    toWake.add(watcher);
                }
            }
        }
    }

    /** Tells every watch that wants to know how far the cache is. */
    void bookmark(long revision) {
        List<Watcher<?>> toWake = new ArrayList<>();
        synchronized (this) {
            watchers.values()
                    .forEach(list -> list.forEach(watcher -> {
                        if (watcher.offerBookmark(revision)) {
                            toWake.add(watcher);
                        }
                    }));
        }
        toWake.forEach(Watcher::wake);
    }

    /** Ends every watch. */
    void finishWatches() {
        List<Watcher<?>> all = new ArrayList<>();
        synchronized (this) {
            watchers.values().forEach(all::addAll);
        }
        all.forEach(Watcher::finish);
    }
}
