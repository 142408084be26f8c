package io.flotilla.scheduler.framework;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What plugins remember from one extension point to the next while one pod is scheduled. Used by one thread at a time.
 */
public final class CycleState {
    private final Map<Key<?>, Object> values = new HashMap<>();

    /** A plugin's private key: compared by identity. */
    public static final class Key<T> {
        private final Class<T> type;

        public Key(Class<T> type) {
            this.type = type;
        }
    }

    public <T> void put(Key<T> key, T value) {
        values.put(key, value);
    }

    public <T> @Nullable T get(Key<T> key) {
        return key.type.cast(values.get(key));
    }

    /** Returns what must have been put before. */
    public <T> T require(Key<T> key) {
        T value = get(key);
        if (value == null) {
            throw new IllegalStateException("no " + key.type.getSimpleName() + " in the cycle's state");
        }
        return value;
    }
}
