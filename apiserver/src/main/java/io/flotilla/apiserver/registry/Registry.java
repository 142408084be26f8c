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
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Every stored resource with its rules, its cache and its writes. Built-in ones are made when the process starts from
 * the table of types and the rules of kinds, and stay; custom ones come and go all at once, by {@link #serve}.
 */
public final class Registry implements Resources {
    private static final long EVENT_TTL_SECONDS = 3_600;

    private final Map<String, ResourceRegistry> byStorage = new LinkedHashMap<>();
    private final Map<ResourceInfo, ServedVersion> served = new LinkedHashMap<>();
    private final RegistryStore objects;
    private final KindRules rules;
    private final Shared shared;
    private volatile Custom custom = new Custom(Map.of(), Map.of(), Map.of());

    /** The custom resources that are served at one time. */
    private record Custom(
            Map<String, ResourceRegistry> byStorage,
            Map<ResourceInfo, ServedVersion> served,
            Map<String, Map<String, SubresourceHandler>> handlers) {}

    /** What all resources share. */
    record Shared(
            Schema schema,
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
        shared = new Shared(schema, store, objects, clock, random, rules.admission(), ownership, this);
        TimedLeases eventLeases = new TimedLeases(store, EVENT_TTL_SECONDS, System::nanoTime);
        for (ResourceInfo resource : schema.resources()) {
            if (isStored(resource)) {
                ResourceInfo stored = schema.storageResource(resource);
                ResourceRegistry registry = register(stored, cache, eventLeases);
                ResourceRegistry own =
                        rules.versionStrategy(resource).map(registry::with).orElse(registry);
                served.put(resource, new ServedVersion(resource, stored, rules.conversion(stored), own));
            }
        }
        rules.unserved().forEach(resource -> register(resource, cache, eventLeases));
    }

    /** Serves these custom resources from now on, and no others. */
    public void serve(Collection<CustomRegistration> registrations) {
        Map<String, ResourceRegistry> registries = new HashMap<>();
        Map<ResourceInfo, ServedVersion> versions = new HashMap<>();
        Map<String, Map<String, SubresourceHandler>> handlers = new HashMap<>();
        for (CustomRegistration each : registrations) {
            each.served().forEach((info, strategy) -> {
                ResourceRegistry registry = new ResourceRegistry(
                        each.storage(), strategy, each.cache(), Optional.empty(), Optional.of(each.reading()), shared);
                versions.put(info, new ServedVersion(info, each.storage(), each.conversion(), registry));
                if (info.isStorageVersion()) {
                    registries.put(info.storagePrefix(), registry);
                }
            });
            handlers.put(each.storage().qualifiedResource(), each.handlers());
        }
        custom = new Custom(registries, versions, handlers);
    }

    private ResourceRegistry register(ResourceInfo stored, Cache cache, TimedLeases eventLeases) {
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
                    Optional.empty(),
                    shared);
        });
    }

    /** Whether objects of the resource are kept; reviews and bindings are not. */
    public static boolean isStored(ResourceInfo resource) {
        return resource.verbs().contains("get") && resource.verbs().contains("create");
    }

    /** The stored resource in a served version; empty for resources whose objects are not kept. */
    public Optional<ServedVersion> served(ResourceInfo resource) {
        ServedVersion builtIn = served.get(resource);
        return Optional.ofNullable(builtIn == null ? custom.served().get(resource) : builtIn);
    }

    /** The registry of a custom resource, by the prefix of its keys; empty while it is not served. */
    public Optional<ResourceRegistry> custom(String storagePrefix) {
        return Optional.ofNullable(custom.byStorage().get(storagePrefix));
    }

    /** Handler of a subresource, or of a resource whose objects are not kept (empty subresource). */
    public Optional<SubresourceHandler> subresource(ResourceInfo parent, String subresource) {
        Optional<SubresourceHandler> builtIn = rules.subresource(parent, subresource);
        return builtIn.isPresent()
                ? builtIn
                : Optional.ofNullable(custom.handlers()
                        .getOrDefault(parent.qualifiedResource(), Map.of())
                        .get(subresource));
    }

    /** All built-in stored resources, each in its storage version. */
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

    /** Whether the objects that every cluster has were there once since {@link #start}. */
    public boolean isStarted() {
        return rules.isStarted();
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
            found = custom.byStorage().get(resource.storagePrefix());
        }
        if (found == null) {
            throw new IllegalArgumentException("objects of " + resource.qualifiedResource() + " are not stored");
        }
        return found;
    }
}
