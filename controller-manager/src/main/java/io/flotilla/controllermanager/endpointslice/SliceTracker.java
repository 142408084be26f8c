package io.flotilla.controllermanager.endpointslice;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.flotilla.machinery.scheme.ObjectKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Remembers what was written for each service until the cache shows it: working from slices that are out of date would
 * make duplicates. What the cache does not show within a minute no longer counts: another may
 * have deleted it unseen.
 */
final class SliceTracker {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String ABSENT = "";

    /** Version of each slice before the write, by name. */
    private record Written(Map<String, String> versionsBefore, long at) {}

    private final LongSupplier nanoTime;
    private final Map<ObjectKey, Written> written = new ConcurrentHashMap<>();

    SliceTracker(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    boolean cacheIsBehind(ObjectKey service, List<EndpointSlice> cached) {
        Written last = written.get(service);
        if (last == null) {
            return false;
        }
        Map<String, String> versions = cached.stream()
                .collect(Collectors.toMap(
                        slice -> slice.getMetadata().getName(),
                        slice -> slice.getMetadata().getResourceVersion()));
        boolean behind = last.versionsBefore().entrySet().stream().anyMatch(entry -> {
            String now = Optional.ofNullable(versions.get(entry.getKey())).orElse(ABSENT);
            return now.equals(entry.getValue());
        });
        if (behind && nanoTime.getAsLong() - last.at() < PATIENCE.toNanos()) {
            return true;
        }
        written.remove(service);
        return false;
    }

    /** Starts to remember a round of writes. */
    Round round(ObjectKey service) {
        return new Round(service);
    }

    void forget(ObjectKey service) {
        written.remove(service);
    }

    /** The writes of one reconcile. */
    final class Round {
        private final ObjectKey service;
        private final Map<String, String> before = new HashMap<>();

        private Round(ObjectKey service) {
            this.service = service;
        }

        void created(String name) {
            before.put(name, ABSENT);
            remember();
        }

        void changed(EndpointSlice old) {
            before.put(old.getMetadata().getName(), old.getMetadata().getResourceVersion());
            remember();
        }

        private void remember() {
            written.put(service, new Written(Map.copyOf(before), nanoTime.getAsLong()));
        }
    }
}
