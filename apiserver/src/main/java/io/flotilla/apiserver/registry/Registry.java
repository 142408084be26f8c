package io.flotilla.apiserver.registry;

import io.flotilla.apiserver.cache.Cache;
import io.flotilla.apiserver.cache.ResourceCache;
import io.flotilla.apiserver.cache.SelectableFields;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.storage.EtcdStore;
import io.flotilla.apiserver.storage.TimedLeases;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Every stored resource with its rules, its cache and its writes. Built when the process starts from the table of types
 * and the rules of kinds; immutable afterwards.
 */
public final class Registry implements Resources {
    private static final long EVENT_TTL_SECONDS = 3_600;

    private final Map<String, ResourceRegistry> byStorage = new LinkedHashMap<>();
    private final Map<ResourceInfo, ServedVersion> served = new LinkedHashMap<>();
    private final RegistryStore objects;
    private final KindRules rules;

    /** What all resources share. */
    record Shared(
            EtcdStore store,
            ObjectStore objects,
            Clock clock,
            RandomGenerator random,
            List<Admission> admission,
            FieldOwnership ownership,
            Registry registry) {}

    public Registry(
            Schema schema,
            EtcdStore store,
            Cache cache,
            KindRules rules,
            FieldOwnership ownership,
            Clock clock,
            RandomGenerator random) {
        this.rules = rules;
        this.objects = new RegistryStore(this);
        Shared shared = new Shared(store, objects, clock, random, rules.admission(), ownership, this);
        TimedLeases eventLeases = new TimedLeases(store, EVENT_TTL_SECONDS, System::nanoTime);
        for (ResourceInfo resource : schema.resources()) {
            if (isStored(resource)) {
                ResourceInfo stored = schema.storageResource(resource);
                ResourceRegistry registry = register(stored, cache, eventLeases, shared);
                served.put(resource, new ServedVersion(resource, stored, rules.conversion(stored), registry));
            }
        }
        rules.unserved().forEach(resource -> register(resource, cache, eventLeases, shared));
    }

    private ResourceRegistry register(ResourceInfo stored, Cache cache, TimedLeases eventLeases, Shared shared) {
        return byStorage.computeIfAbsent(stored.storagePrefix(), _ -> {
            ResourceCache objectsOf = cache.add(
                    stored.storagePrefix(),
                    stored.namespaced(),
                    SelectableFields.of(stored.group(), stored.resource()));
            return new ResourceRegistry(
                    stored,
                    rules.strategy(stored),
                    objectsOf,
                    stored.resource().equals("events") ? Optional.of(eventLeases) : Optional.empty(),
                    shared);
        });
    }

    /** Whether objects of the resource are kept; reviews and bindings are not. */
    public static boolean isStored(ResourceInfo resource) {
        return resource.verbs().contains("get") && resource.verbs().contains("create");
    }

    /** The stored resource in a served version; empty for resources whose objects are not kept. */
    public Optional<ServedVersion> served(ResourceInfo resource) {
        return Optional.ofNullable(served.get(resource));
    }

    /** Handler of a subresource, or of a resource whose objects are not kept (empty subresource). */
    public Optional<SubresourceHandler> subresource(ResourceInfo parent, String subresource) {
        return rules.subresource(parent, subresource);
    }

    /** All stored resources, each in its storage version. */
    public List<ResourceRegistry> all() {
        return new ArrayList<>(byStorage.values());
    }

    /** Objects of every resource, for strategies and the like. */
    public ObjectStore objects() {
        return objects;
    }

    /** Lets the rules of kinds make what every cluster has. */
    public void start() {
        rules.start(objects);
    }

    /** Ends what {@link #start} began. */
    public void stop() {
        rules.stop();
    }

    @Override
    public ResourceInfo of(String group, String resource) {
        return served.keySet().stream()
                .filter(each -> each.group().equals(group) && each.resource().equals(resource))
                .findFirst()
                .map(each -> served.get(each).storage())
                .orElseThrow(() -> new IllegalArgumentException("no resource " + resource + " in group " + group));
    }

    ResourceRegistry registry(ResourceInfo resource) {
        ResourceRegistry found = byStorage.get(resource.storagePrefix());
        if (found == null) {
            throw new IllegalArgumentException("objects of " + resource.qualifiedResource() + " are not stored");
        }
        return found;
    }
}
