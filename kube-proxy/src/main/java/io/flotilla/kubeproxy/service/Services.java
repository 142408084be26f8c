package io.flotilla.kubeproxy.service;

import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.scheme.ObjectKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Services with their slices, and which of them have changed since someone looked. Safe from any thread. */
public final class Services {
    // All guarded by this.
    private final Map<ObjectKey, ServiceInfo> services = new HashMap<>();
    private final Map<ObjectKey, Map<ObjectKey, SliceInfo>> slices = new HashMap<>();
    private final Set<ObjectKey> changed = new HashSet<>();
    private long serviceChanges;
    private long endpointChanges;

    /**
     * A service that has changed.
     *
     * @param service its present state, nothing if it is gone
     */
    public record Change(ObjectKey key, Optional<ServiceInfo> service, Collection<SliceInfo> slices) {}

    /** Waits for changes and takes them, services in no particular order. */
    public synchronized List<Change> take() throws InterruptedException {
        while (changed.isEmpty()) {
            wait();
        }
        return poll();
    }

    /** Takes the changes that there are. */
    public synchronized List<Change> poll() {
        List<Change> changes = changed.stream()
                .map(key -> new Change(
                        key,
                        Optional.ofNullable(services.get(key)),
                        List.copyOf(slices.getOrDefault(key, Map.of()).values())))
                .toList();
        changed.clear();
        return changes;
    }

    /** Returns how many changes of Services there were. */
    public synchronized long serviceChanges() {
        return serviceChanges;
    }

    /** Returns how many changes of EndpointSlices there were. */
    public synchronized long endpointChanges() {
        return endpointChanges;
    }

    private void touch(ObjectKey service) {
        changed.add(service);
        notifyAll();
    }

    private synchronized void put(ServiceInfo service) {
        services.put(service.key(), service);
        serviceChanges++;
        touch(service.key());
    }

    private synchronized void remove(ServiceInfo service) {
        services.remove(service.key());
        serviceChanges++;
        touch(service.key());
    }

    private synchronized void put(SliceInfo slice) {
        slices.computeIfAbsent(slice.service(), _ -> new LinkedHashMap<>()).put(ObjectKey.of(slice), slice);
        endpointChanges++;
        touch(slice.service());
    }

    private synchronized void remove(SliceInfo slice) {
        Map<ObjectKey, SliceInfo> ofService = slices.get(slice.service());
        if (ofService != null && ofService.remove(ObjectKey.of(slice)) != null) {
            if (ofService.isEmpty()) {
                slices.remove(slice.service());
            }
            endpointChanges++;
            touch(slice.service());
        }
    }

    public EventHandler<ServiceInfo> serviceHandler() {
        return new EventHandler<>() {
            @Override
            public void onAdd(ServiceInfo service) {
                put(service);
            }

            @Override
            public void onUpdate(ServiceInfo before, ServiceInfo now) {
                put(now);
            }

            @Override
            public void onDelete(ServiceInfo last) {
                remove(last);
            }
        };
    }

    public EventHandler<SliceInfo> sliceHandler() {
        return new EventHandler<>() {
            @Override
            public void onAdd(SliceInfo slice) {
                put(slice);
            }

            @Override
            public void onUpdate(SliceInfo before, SliceInfo now) {
                if (!before.service().equals(now.service())) {
                    remove(before);
                }
                put(now);
            }

            @Override
            public void onDelete(SliceInfo last) {
                remove(last);
            }
        };
    }
}
