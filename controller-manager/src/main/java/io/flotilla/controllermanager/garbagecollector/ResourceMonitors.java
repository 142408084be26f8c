package io.flotilla.controllermanager.garbagecollector;

import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.flotilla.controllermanager.discovery.ServedResources;
import io.flotilla.controllermanager.garbagecollector.GraphNode.Identity;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiClient.DiscoveredResource;
import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.informer.Informer;
import io.flotilla.machinery.informer.Informers;
import io.flotilla.machinery.scheme.ResourceType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An informer of the metadata of each resource that can be deleted, feeding the graph; follows what the API serves. */
final class ResourceMonitors implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ResourceMonitors.class);

    private record Monitor(ResourceType<PartialObjectMetadata> type, Informers informers) {}

    private record Kind(String group, String kind) {}

    private final ApiClient client;
    private final Graph graph;
    private final Map<ResourceType<PartialObjectMetadata>, Monitor> monitors = new HashMap<>(); // guarded by this
    private final Map<Kind, ResourceType<PartialObjectMetadata>> kinds = new ConcurrentHashMap<>();
    private boolean closed; // guarded by this

    ResourceMonitors(ApiClient client, Graph graph) {
        this.client = client;
        this.graph = graph;
    }

    /** Starts and stops informers so that they are those of the resources served now. */
    void refresh() {
        var discovered = client.discover();
        Set<ResourceType<PartialObjectMetadata>> wanted = new HashSet<>();
        ServedResources.withVerbs(discovered, Set.of("get"))
                .forEach(resource ->
                        kinds.put(new Kind(resource.group(), resource.kind()), ServedResources.metadataOf(resource)));
        for (DiscoveredResource resource : ServedResources.withVerbs(discovered, Set.of("delete", "list", "watch"))) {
            // Events own nothing, are owned by nothing and come in masses.
            if (!resource.resource().equals("events")) {
                wanted.add(ServedResources.metadataOf(resource));
            }
        }
        synchronized (this) {
            if (closed) {
                return;
            }
            for (ResourceType<PartialObjectMetadata> gone : Set.copyOf(monitors.keySet())) {
                if (!wanted.contains(gone)) {
                    LOG.debug("{} is no longer served", gone);
                    Objects.requireNonNull(monitors.remove(gone)).informers().close();
                    graph.forEachOf(gone.apiVersion(), gone.kind(), graph::gone);
                }
            }
            for (ResourceType<PartialObjectMetadata> type : wanted) {
                monitors.computeIfAbsent(type, this::monitor);
            }
        }
    }

    private Monitor monitor(ResourceType<PartialObjectMetadata> type) {
        Informers informers = new Informers(client);
        Informer<PartialObjectMetadata> informer = informers.of(type);
        informer.setTransform(ResourceMonitors::reduced);
        informer.addHandler(new EventHandler<>() {
            @Override
            public void onAdd(PartialObjectMetadata object) {
                graph.seen(identity(type, object), object.getMetadata());
            }

            @Override
            public void onUpdate(PartialObjectMetadata before, PartialObjectMetadata now) {
                graph.seen(identity(type, now), now.getMetadata());
            }

            @Override
            public void onDelete(PartialObjectMetadata last) {
                graph.gone(last.getMetadata().getUid());
            }
        });
        informers.start();
        return new Monitor(type, informers);
    }

    static Identity identity(ResourceType<?> type, PartialObjectMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return new Identity(
                type.apiVersion(),
                type.kind(),
                namespace == null ? "" : namespace,
                object.getMetadata().getName(),
                object.getMetadata().getUid());
    }

    private static PartialObjectMetadata reduced(PartialObjectMetadata full) {
        PartialObjectMetadata object = new PartialObjectMetadata();
        object.setMetadata(ServedResources.identity(full)
                .withDeletionTimestamp(full.getMetadata().getDeletionTimestamp())
                .withFinalizers(full.getMetadata().getFinalizers())
                .withOwnerReferences(full.getMetadata().getOwnerReferences())
                .build());
        return object;
    }

    synchronized boolean hasSynced() {
        return monitors.values().stream()
                .allMatch(monitor -> monitor.informers().hasSynced());
    }

    /** Returns the resource of a kind, in whichever version is served. */
    Optional<ResourceType<PartialObjectMetadata>> resourceOf(String apiVersion, String kind) {
        int slash = apiVersion.indexOf('/');
        return Optional.ofNullable(kinds.get(new Kind(slash < 0 ? "" : apiVersion.substring(0, slash), kind)));
    }

    @Override
    public void close() {
        Map<ResourceType<PartialObjectMetadata>, Monitor> all;
        synchronized (this) {
            closed = true;
            all = Map.copyOf(monitors);
            monitors.clear();
        }
        all.values().forEach(monitor -> monitor.informers().close());
    }
}
