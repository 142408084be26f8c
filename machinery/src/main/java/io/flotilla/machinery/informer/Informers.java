package io.flotilla.machinery.informer;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.scheme.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The informers of a process, one for each resource and selection. They start together; one asked for later starts at
 * once.
 */
public final class Informers implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(10);

    private final ApiClient client;
    private final Map<Key, Reflector<?>> reflectors = new LinkedHashMap<>(); // guarded by this
    private boolean started; // guarded by this

    private record Key(ResourceType<?> type, ListOptions selection) {}

    public Informers(ApiClient client) {
        this.client = client;
    }

    /** Returns the informer of everything of this resource. */
    public <T extends HasMetadata> Informer<T> of(ResourceType<T> type) {
        return of(type, ListOptions.ALL);
    }

    /** Returns the informer of what the selection names. */
    public <T extends HasMetadata> Informer<T> of(ResourceType<T> type, ListOptions selection) {
        synchronized (this) {
            @SuppressWarnings("unchecked") // the key holds the type
            Reflector<T> reflector = (Reflector<T>) reflectors.computeIfAbsent(
                    new Key(type, selection), _ -> new Reflector<>(client.resource(type), selection));
            if (started) {
                reflector.start();
            }
            return reflector;
        }
    }

    public synchronized void start() {
        started = true;
        reflectors.values().forEach(Reflector::start);
    }

    public synchronized boolean hasSynced() {
        return reflectors.values().stream().allMatch(Reflector::hasSynced);
    }

    /** Waits until every informer has synced, however long the API servers take. */
    public void awaitSynced() throws InterruptedException {
        while (!hasSynced()) {
            Thread.sleep(POLL);
        }
    }

    @Override
    public void close() {
        List<Reflector<?>> all;
        synchronized (this) {
            all = new ArrayList<>(reflectors.values());
        }
        all.forEach(Reflector::close);
    }
}
