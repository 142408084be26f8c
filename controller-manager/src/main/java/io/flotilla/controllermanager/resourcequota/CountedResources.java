package io.flotilla.controllermanager.resourcequota;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.discovery.ServedResources;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiClient.DiscoveredResource;
import io.flotilla.machinery.informer.Informer;
import io.flotilla.machinery.informer.Informers;
import io.flotilla.machinery.quota.QuotaUsage.Counted;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceType;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The resources that quotas count, watched for as long as any quota names them: pods, services and quotas through the
 * caches of all controllers, claims as they are, everything else by its metadata. Safe from any thread.
 */
final class CountedResources implements AutoCloseable {
    private static final Set<String> VERBS = Set.of("create", "delete", "list", "watch");

    private final ApiClient client;
    private final Caches caches;
    private final Clock clock;
    private final CountedObjects.Listener listener;
    private final Map<ObjectKey, Set<Counted>> wanted = new HashMap<>(); // guarded by this
    private final Map<Counted, CountedObjects<?>> watched = new HashMap<>(); // guarded by this
    private boolean closed; // guarded by this

    CountedResources(ApiClient client, Caches caches, Clock clock, CountedObjects.Listener listener) {
        this.client = client;
        this.caches = caches;
        this.clock = clock;
        this.listener = listener;
    }

    /** Notes what a quota counts and returns the objects of those resources that are served. */
    synchronized Map<Counted, CountedObjects<?>> want(ObjectKey quota, Set<Counted> resources) {
        Set<Counted> before = wanted.put(quota, resources);
        if (before != null && !resources.containsAll(before)) {
            dropUnwanted();
        }
        Map<Counted, CountedObjects<?>> found = new HashMap<>();
        for (Counted resource : resources) {
            CountedObjects<?> objects = watched.get(resource);
            if (objects == null && !closed) {
                objects = open(resource).orElse(null);
            }
            if (objects != null) {
                watched.put(resource, objects);
                found.put(resource, objects);
            }
        }
        return found;
    }

    /** Notes that a quota has gone. */
    synchronized void forget(ObjectKey quota) {
        if (wanted.remove(quota) != null) {
            dropUnwanted();
        }
    }

    private void dropUnwanted() {
        Set<Counted> needed = new HashSet<>();
        wanted.values().forEach(needed::addAll);
        watched.entrySet().removeIf(each -> {
            if (needed.contains(each.getKey())) {
                return false;
            }
            each.getValue().close();
            return true;
        });
    }

    private Optional<CountedObjects<?>> open(Counted resource) {
        if (resource.group().isEmpty()) {
            switch (resource.resource()) {
                case "pods" -> {
                    return Optional.of(objects(resource, caches.pods(), Optional.empty()));
                }
                case "services" -> {
                    return Optional.of(objects(resource, caches.services(), Optional.empty()));
                }
                case "resourcequotas" -> {
                    return Optional.of(objects(resource, caches.resourceQuotas(), Optional.empty()));
                }
                case "persistentvolumeclaims" -> {
                    return Optional.of(
                            watch(resource, ResourceTypes.PERSISTENT_VOLUME_CLAIMS, Caches::withoutManagedFields));
                }
                default -> {}
            }
        }
        return ServedResources.withVerbs(client.discover(), VERBS).stream()
                .filter(served -> isOf(resource, served))
                .findFirst()
                .map(served -> watch(resource, ServedResources.metadataOf(served), CountedResources::reduced));
    }

    /** Events come in masses and are never counted. */
    private static boolean isOf(Counted resource, DiscoveredResource served) {
        return served.namespaced()
                && served.group().equals(resource.group())
                && served.resource().equals(resource.resource())
                && !served.resource().equals("events");
    }

    private <T extends HasMetadata> CountedObjects<T> watch(
            Counted resource, ResourceType<T> type, UnaryOperator<T> reduce) {
        Informers own = new Informers(client);
        Informer<T> informer = own.of(type);
        informer.setTransform(reduce);
        return objects(resource, informer, Optional.of(own));
    }

    private <T extends HasMetadata> CountedObjects<T> objects(
            Counted resource, Informer<T> informer, Optional<Informers> own) {
        return CountedObjects.of(resource, informer, own, listener, clock);
    }

    private static PartialObjectMetadata reduced(PartialObjectMetadata full) {
        PartialObjectMetadata object = new PartialObjectMetadata();
        object.setMetadata(ServedResources.identity(full).build());
        return object;
    }

    @Override
    public synchronized void close() {
        closed = true;
        watched.values().forEach(CountedObjects::close);
        watched.clear();
    }
}
