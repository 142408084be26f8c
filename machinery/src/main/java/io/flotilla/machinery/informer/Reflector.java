package io.flotilla.machinery.informer;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.client.ObjectList;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.client.WatchEvent;
import io.flotilla.machinery.client.WatchOptions;
import io.flotilla.machinery.client.WatchStream;
import io.flotilla.machinery.scheme.ObjectKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists once, then watches, for ever: a broken watch is reopened at the last version seen, possibly on another server; a
 * version too old leads to a new list, whose difference to the copy is told to the handlers as events.
 */
final class Reflector<T extends HasMetadata> implements Informer<T>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reflector.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final ResourceClient<T> client;
    private final ListOptions selection;
    private final Store<T> store = new Store<>();
    private final Object lock = new Object();
    private final List<EventHandler<T>> handlers = new ArrayList<>(); // guarded by lock
    private volatile boolean synced;
    private volatile boolean closed;
    private UnaryOperator<T> transform = UnaryOperator.identity(); // guarded by lock
    private @Nullable Thread thread; // guarded by lock
    private @Nullable WatchStream<T> stream; // guarded by lock

    Reflector(ResourceClient<T> client, ListOptions selection) {
        this.client = client;
        this.selection = selection;
    }

    void start() {
        synchronized (lock) {
            if (thread == null && !closed) {
                thread = Thread.ofVirtual().name("informer-" + client.type()).start(this::run);
            }
        }
    }

    private void run() {
        String version = "";
        Duration pause = FIRST_PAUSE;
        while (!closed) {
            try {
                if (version.isEmpty()) {
                    version = relist();
                    synced = true;
                }
                String seen = watchFrom(version);
                pause = seen.equals(version) ? longer(pause) : FIRST_PAUSE;
                version = seen;
            } catch (ApiException e) {
                if (e.isExpired()) {
                    version = "";
                } else {
                    LOG.debug("Watch of {} broke: {}", client.type(), e.getMessage());
                }
                pause = longer(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.warn("Informer of {} starts again with a new list", client.type(), e);
                version = "";
                pause = longer(pause);
            }
            if (!closed && pause.compareTo(FIRST_PAUSE) > 0 && !sleep(pause)) {
                return;
            }
        }
    }

    private static Duration longer(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    private static boolean sleep(Duration pause) {
        try {
            Thread.sleep(pause);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String relist() {
        ObjectList<T> list = client.list(selection);
        synchronized (lock) {
            Set<ObjectKey> gone = new HashSet<>(store.keys());
            for (T object : list.items()) {
                gone.remove(ObjectKey.of(object));
                present(object);
            }
            for (ObjectKey key : gone) {
                absent(key, null);
            }
        }
        return list.resourceVersion();
    }

    private String watchFrom(String start) throws InterruptedException {
        String version = start;
        WatchStream<T> opened = client.watch(new WatchOptions(selection.withResourceVersion(start), false));
        synchronized (lock) {
            stream = opened;
            if (closed) {
                opened.close();
            }
        }
        try (opened) {
            while (true) {
                Optional<WatchEvent<T>> event;
                try {
                    event = opened.next();
                } catch (ApiException e) {
                    if (e.isExpired() || version.equals(start)) {
                        throw e;
                    }
                    LOG.debug("Watch of {} broke: {}", client.type(), e.getMessage());
                    return version;
                }
                if (event.isEmpty()) {
                    return version;
                }
                version = apply(event.get());
            }
        }
    }

    private String apply(WatchEvent<T> event) {
        synchronized (lock) {
            return switch (event) {
                case WatchEvent.Added<T>(T object) -> present(object);
                case WatchEvent.Modified<T>(T object) -> present(object);
                case WatchEvent.Deleted<T>(T object) -> absent(ObjectKey.of(object), object);
                case WatchEvent.Bookmark<T>(String version, boolean _) -> version;
            };
        }
    }

    private String present(T told) {
        T object = transform.apply(told);
        String version = object.getMetadata().getResourceVersion();
        T before = store.put(ObjectKey.of(object), object);
        if (before == null) {
            tell(handler -> handler.onAdd(object));
        } else if (!before.getMetadata().getUid().equals(object.getMetadata().getUid())) {
            tell(handler -> handler.onDelete(before));
            tell(handler -> handler.onAdd(object));
        } else if (!before.getMetadata().getResourceVersion().equals(version)) {
            tell(handler -> handler.onUpdate(before, object));
        }
        return version;
    }

    private String absent(ObjectKey key, @Nullable T last) {
        T before = store.remove(key);
        T told = last == null ? before : last;
        if (before != null && told != null) {
            tell(handler -> handler.onDelete(told));
        }
        return told == null ? "" : told.getMetadata().getResourceVersion();
    }

    private interface Call<T> {
        void on(EventHandler<T> handler);
    }

    private void tell(Call<T> call) {
        for (EventHandler<T> handler : handlers) {
            try {
                call.on(handler);
            } catch (RuntimeException e) {
                LOG.error("A handler of {} failed", client.type(), e);
            }
        }
    }

    @Override
    public Lister<T> lister() {
        return store;
    }

    @Override
    public void addHandler(EventHandler<T> handler) {
        synchronized (lock) {
            handlers.add(handler);
            for (T object : store.list()) {
                handler.onAdd(object);
            }
        }
    }

    @Override
    public void removeHandler(EventHandler<T> handler) {
        synchronized (lock) {
            handlers.remove(handler);
        }
    }

    @Override
    public void setTransform(UnaryOperator<T> reduce) {
        synchronized (lock) {
            if (thread != null) {
                throw new IllegalStateException("the informer of " + client.type() + " runs already");
            }
            transform = reduce;
        }
    }

    @Override
    public void addIndex(String name, Function<T, Collection<String>> values) {
        synchronized (lock) {
            if (thread != null) {
                throw new IllegalStateException("the informer of " + client.type() + " runs already");
            }
            store.addIndex(name, values);
        }
    }

    @Override
    public boolean hasSynced() {
        return synced;
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            if (stream != null) {
                stream.close();
            }
            if (thread != null) {
                thread.interrupt();
            }
        }
    }
}
