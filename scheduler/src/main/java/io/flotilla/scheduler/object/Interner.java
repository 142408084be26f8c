package io.flotilla.scheduler.object;

import java.util.LinkedHashMap;
import java.util.Map;

/** Makes equal values one object, as long as they come up often enough. Safe from any thread. */
final class Interner<T> {
    private static final int REMEMBERED = 1024;

    private final Map<T, T> known = new LinkedHashMap<>(16, 0.75f, true) { // guarded by this
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<T, T> eldest) {
                    return size() > REMEMBERED;
                }
            };

    synchronized T intern(T value) {
        T before = known.putIfAbsent(value, value);
        return before == null ? value : before;
    }
}
