package io.flotilla.controllermanager.pod;

import io.flotilla.machinery.scheme.ObjectKey;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What a controller has done and its cache has yet to show. While something is outstanding the controller must not count
 * dependents, or it would create or delete twice. An expectation that is not met within five minutes no longer counts:
 * the next reconcile judges by the cache again. Safe from any thread.
 */
public final class Expectations {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final class Outstanding {
        private int creations;
        private final Set<String> deletions = new HashSet<>();
        private long since;
    }

    private final LongSupplier nanoTime;
    private final Map<ObjectKey, Outstanding> outstanding = new HashMap<>(); // guarded by this

    public Expectations(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Says whether the cache shows all that the controller of this key has done. */
    public synchronized boolean satisfied(ObjectKey key) {
        Outstanding left = outstanding.get(key);
        if (left == null) {
            return true;
        }
        boolean met = left.creations <= 0 && left.deletions.isEmpty();
        if (met || nanoTime.getAsLong() - left.since > PATIENCE.toNanos()) {
            outstanding.remove(key);
            return true;
        }
        return false;
    }

    /** Must be called before the creations are sent. */
    public synchronized void expectCreations(ObjectKey key, int count) {
        expect(key).creations += count;
    }

    /** Must be called before the deletions are sent. */
    public synchronized void expectDeletions(ObjectKey key, Collection<String> uids) {
        expect(key).deletions.addAll(uids);
    }

    private Outstanding expect(ObjectKey key) {
        Outstanding left = outstanding.computeIfAbsent(key, _ -> new Outstanding());
        left.since = nanoTime.getAsLong();
        return left;
    }

    public void creationObserved(ObjectKey key) {
        creationsGone(key, 1);
    }

    /** That many creations were not sent or failed: nobody will see them. */
    public synchronized void creationsGone(ObjectKey key, int count) {
        Outstanding left = outstanding.get(key);
        if (left != null) {
            left.creations -= count;
        }
    }

    /** The object was seen deleted, or its deletion failed. */
    public synchronized void deletionObserved(ObjectKey key, String uid) {
        Outstanding left = outstanding.get(key);
        if (left != null) {
            left.deletions.remove(uid);
        }
    }

    /** The controlling object is gone. */
    public synchronized void forget(ObjectKey key) {
        outstanding.remove(key);
    }
}
