package io.flotilla.apiserver.cache;

import io.flotilla.apiserver.storage.EtcdStore;
import io.flotilla.apiserver.storage.EtcdWatch;
import io.flotilla.apiserver.storage.StorageException;
import io.flotilla.apiserver.storage.Versioned;
import io.flotilla.apiserver.storage.Walk;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.pcollections.TreePMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All resources' caches and the one thread that feeds them from etcd, in the order of revisions. The feed loads
 * everything at one revision, then follows a watch; when a watch ends it opens another behind the last revision it has
 * seen, and only when etcd has compacted that away it loads everything again.
 */
public final class Cache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cache.class);
    private static final String ROOT = "/registry/";

    /** Longer than a busy machine keeps the feed off its processor; etcd, asked first, has answered by then. */
    private static final Duration CATCH_UP = Duration.ofSeconds(10);

    private final EtcdStore store;
    private final Progress progress = new Progress();
    private final RevisionProbe probe;
    private final Map<String, ResourceCache> byPrefix = new ConcurrentHashMap<>();
    private final Object layout = new Object();
    // Guarded by layout.
    private int loads;
    private volatile boolean closed;
    private volatile boolean loaded;
    private volatile String trouble = "the cache has not been filled yet";
    private Optional<Thread> feed = Optional.empty();

    public Cache(EtcdStore store) {
        this.store = store;
        this.probe = new RevisionProbe(store::currentRevision);
    }

    /** Adds a resource; before {@link #start}. Versions of one resource share a cache. */
    public ResourceCache add(String storagePrefix, boolean namespaced, SelectableFields selectable) {
        return byPrefix.computeIfAbsent(
                storagePrefix + "/",
                prefix -> new ResourceCache(prefix, namespaced, selectable, progress::revision, System::nanoTime));
    }

    /**
     * Adds a resource while the feed runs; returns once it holds what is stored. A cache that the prefix had before is
     * fed until then; afterwards it is to be {@linkplain #detach detached}.
     *
     * @param reading brings a stored value into the form that is served
     * @throws StorageException if etcd cannot be read; nothing is added then
     */
    public ResourceCache attach(
            String storagePrefix, boolean namespaced, SelectableFields selectable, UnaryOperator<byte[]> reading) {
        String prefix = storagePrefix + "/";
        Optional<ResourceCache> previous = Optional.ofNullable(byPrefix.get(prefix));
        ResourceCache resource = new ResourceCache(
                prefix, namespaced, selectable, progress::revision, System::nanoTime, reading, previous);
        // From here on it is told of every change, so what is read after this misses none.
        byPrefix.put(prefix, resource);
        try {
            while (!fill(resource)) {
                LOG.debug("everything was loaded meanwhile; filling {} again", prefix);
            }
        } catch (StorageException e) {
            previous.ifPresentOrElse(before -> byPrefix.put(prefix, before), () -> byPrefix.remove(prefix));
            throw e;
        }
        return resource;
    }

    /** Forgets a resource that was attached, unless another has taken its place already, and ends its watches. */
    public void detach(ResourceCache resource) {
        byPrefix.remove(resource.prefix(), resource);
        resource.finishWatches();
    }

    private boolean fill(ResourceCache resource) {
        int before;
        synchronized (layout) {
            before = loads;
        }
        TreePMap<String, CachedObject> objects = TreePMap.empty();
        Walk stored = store.walk(resource.prefix(), resource.prefix(), 0);
        while (stored.hasNext()) {
            Optional<CachedObject> object = resource.decode(stored.next());
            if (object.isPresent()) {
                objects = objects.plus(object.get().key(), object.get());
            }
        }
        synchronized (layout) {
            if (loads != before) {
                return false;
            }
            resource.fill(objects, stored.revision());
            return true;
        }
    }

    /** Starts filling; returns at once. */
    public synchronized void start() {
        feed = Optional.of(Thread.ofPlatform().name("cache-feed").daemon().start(this::run));
    }

    /** Empty once the cache is filled and follows etcd; else one sentence on what is wrong. */
    public Optional<String> trouble() {
        return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
    }

    /** Whether the cache has been filled once: what it tells may then be old, but never less than whole. */
    public boolean isLoaded() {
        return loaded;
    }

    /** The revision up to which every resource is complete. */
    public long revision() {
        return progress.revision();
    }

    /** Waits until the cache has reached a revision; returns whether it has. */
    public boolean await(long revision, Duration patience) {
        try {
            return progress.await(revision, patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Waits until the cache holds everything that was acknowledged to anyone before this call.
     *
     * @throws StorageException.Unavailable if etcd does not answer or the cache does not catch up in time
     */
    public void awaitCurrent() {
        long current = probe.revision();
        if (!await(current, CATCH_UP)) {
            throw new StorageException.Unavailable(
                    "the watch cache does not catch up with etcd: it is at " + revision() + " of " + current);
        }
    }

    /** Sends bookmarks to all watches that want them. */
    public void bookmark() {
        if (trouble.isEmpty()) {
            byPrefix.values().forEach(resource -> resource.bookmark(progress.revision()));
        }
    }

    /** Ends all watches, as a server does that stops. */
    public void finishWatches() {
        byPrefix.values().forEach(ResourceCache::finishWatches);
    }

    @Override
    public synchronized void close() {
        closed = true;
        feed.ifPresent(Thread::interrupt);
    }

    private void run() {
        boolean reload = true;
        int failures = 0;
        while (!closed) {
            try {
                if (reload) {
                    load();
                    reload = false;
                }
                try (EtcdWatch watch = EtcdWatch.open(store, progress.revision() + 1)) {
                    trouble = "";
                    while (!closed) {
                        List<EtcdWatch.Change> changes = watch.take();
                        failures = 0;
                        apply(changes);
                    }
                }
            } catch (StorageException.Compacted e) {
                LOG.warn("etcd has compacted revision {}; loading everything again", progress.revision() + 1);
                reload = true;
            } catch (StorageException e) {
                failures++;
                if (failures > 1 || reload) {
                    trouble = e.getMessage();
                }
                if (failures == 2) {
                    LOG.warn("the watch on etcd ended and does not come back: {}", e.getMessage());
                }
                pause(failures);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                // Nothing is known about what was applied: start over rather than serve a gap.
                LOG.error("the watch cache failed and is filled again", e);
                trouble = "the watch cache failed: " + e;
                reload = true;
                pause(++failures);
            }
        }
    }

    private void pause(int failures) {
        try {
            TimeUnit.MILLISECONDS.sleep(Math.min(1_000, 25L << Math.min(failures, 8)));
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    private void load() {
        Map<ResourceCache, TreePMap<String, CachedObject>> objects = new HashMap<>();
        // What is attached from here on fills itself.
        List<ResourceCache> resources = List.copyOf(byPrefix.values());
        int count = 0;
        Walk stored = store.walk(ROOT, ROOT, 0);
        while (stored.hasNext()) {
            Versioned each = stored.next();
            Optional<ResourceCache> owner = owner(each.key());
            Optional<CachedObject> decoded = owner.flatMap(resource -> resource.decode(each));
            if (owner.isPresent() && decoded.isPresent()) {
                CachedObject object = decoded.get();
                objects.merge(
                        owner.get(),
                        TreePMap.singleton(object.key(), object),
                        (known, one) -> known.plus(object.key(), object));
                count++;
            }
        }
        long revision = stored.revision();
        synchronized (layout) {
            loads++;
            resources.forEach(resource -> resource.reset(objects.getOrDefault(resource, TreePMap.empty()), revision));
        }
        progress.set(revision);
        loaded = true;
        LOG.info("cache filled with {} objects at revision {}", count, revision);
    }

    private void apply(List<EtcdWatch.Change> changes) {
        Set<Watcher<?>> toWake = new LinkedHashSet<>();
        long last = 0;
        for (EtcdWatch.Change change : changes) {
            last = change.revision();
            Optional<ResourceCache> owner = owner(change.key());
            if (owner.isPresent()) {
                apply(owner.get(), change, toWake);
                owner.get().predecessor().ifPresent(replaced -> apply(replaced, change, toWake));
            }
        }
        if (last > 0) {
            progress.set(last);
        }
        toWake.forEach(Watcher::wake);
    }

    private static void apply(ResourceCache resource, EtcdWatch.Change change, Set<Watcher<?>> toWake) {
        String key = change.key().substring(resource.prefix().length());
        Optional<CachedObject> current = switch (change) {
            case EtcdWatch.Change.Put(Versioned stored) -> resource.decode(stored);
            case EtcdWatch.Change.Delete _ -> Optional.empty();
        };
        resource.apply(key, current, change.revision(), toWake);
    }

    private Optional<ResourceCache> owner(String key) {
        if (!key.startsWith(ROOT)) {
            return Optional.empty();
        }
        // A prefix has two parts or three: /registry/pods/, /registry/services/specs/.
        int slash = key.indexOf('/', ROOT.length());
        for (int i = 0; i < 2 && slash > 0; i++) {
            ResourceCache resource = byPrefix.get(key.substring(0, slash + 1));
            if (resource != null) {
                return Optional.of(resource);
            }
            slash = key.indexOf('/', slash + 1);
        }
        return Optional.empty();
    }
}
