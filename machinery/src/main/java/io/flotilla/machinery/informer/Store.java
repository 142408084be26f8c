package io.flotilla.machinery.informer;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.flotilla.machinery.scheme.ObjectKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The objects and their indexes. Reads are lock-free but for the indexes; writes come from one thread at a time. */
final class Store<T extends HasMetadata> implements Lister<T> {
    private final Map<ObjectKey, T> objects = new ConcurrentHashMap<>();
    private final Map<String, Index<T>> indexes = new LinkedHashMap<>();

    private record Index<T>(Function<T, Collection<String>> values, Map<String, Set<ObjectKey>> keys) {}

    void addIndex(String name, Function<T, Collection<String>> values) {
        indexes.put(name, new Index<>(values, new HashMap<>()));
    }

    @Nullable
    T put(ObjectKey key, T object) {
        synchronized (indexes) {
            T before = objects.put(key, object);
            for (Index<T> index : indexes.values()) {
                unindex(index, key, before);
                for (String value : index.values().apply(object)) {
                    index.keys()
                            .computeIfAbsent(value, _ -> new LinkedHashSet<>())
                            .add(key);
                }
            }
            return before;
        }
    }

    @Nullable
    T remove(ObjectKey key) {
        synchronized (indexes) {
            T before = objects.remove(key);
            for (Index<T> index : indexes.values()) {
                unindex(index, key, before);
            }
            return before;
        }
    }

    Set<ObjectKey> keys() {
        return objects.keySet();
    }

    private static <T> void unindex(Index<T> index, ObjectKey key, @Nullable T object) {
        if (object == null) {
            return;
        }
        for (String value : index.values().apply(object)) {
            Set<ObjectKey> keys = index.keys().get(value);
            if (keys != null && keys.remove(key) && keys.isEmpty()) {
                index.keys().remove(value);
            }
        }
    }

    @Override
    public Optional<T> get(ObjectKey key) {
        return Optional.ofNullable(objects.get(key));
    }

    @Override
    public Collection<T> list() {
        return List.copyOf(objects.values());
    }

    @Override
    public List<T> list(String namespace) {
        List<T> found = new ArrayList<>();
        objects.forEach((key, object) -> {
            if (key.namespace().equals(namespace)) {
                found.add(object);
            }
        });
        return found;
    }

    @Override
    public List<T> byIndex(String name, String value) {
        Index<T> index = indexes.get(name);
        if (index == null) {
            throw new IllegalArgumentException("no index named " + name);
        }
        List<T> found = new ArrayList<>();
        synchronized (indexes) {
            for (ObjectKey key : index.keys().getOrDefault(value, Set.of())) {
                T object = objects.get(key);
                if (object != null) {
                    found.add(object);
                }
            }
        }
        return found;
    }
}
