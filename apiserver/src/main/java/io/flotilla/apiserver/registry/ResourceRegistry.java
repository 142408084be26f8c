package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.ResourceCache;
import io.flotilla.apiserver.cache.SelectableFields;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.storage.Fencing;
import io.flotilla.apiserver.storage.StorageException;
import io.flotilla.apiserver.storage.TimedLeases;
import io.flotilla.apiserver.storage.Versioned;
import io.flotilla.apiserver.storage.Written;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** One stored resource: its rules, its cache, its keys, and the loop by which its objects change. */
public final class ResourceRegistry {
    private final ResourceInfo resource;
    private final Strategy strategy;
    private final ResourceCache cache;
    private final Optional<TimedLeases> leases;
    private final UnaryOperator<byte[]> reading;
    private final boolean migrates;
    private final Registry.Shared shared;
    private final Creation creation;
    private final Updating updating;
    private final Deletion deletion;

    /** @param reading brings stored values into the form that is served, where those can differ */
    ResourceRegistry(
            ResourceInfo resource,
            Strategy strategy,
            ResourceCache cache,
            Optional<TimedLeases> leases,
            Optional<UnaryOperator<byte[]>> reading,
            Registry.Shared shared) {
        this.resource = resource;
        this.strategy = strategy;
        this.cache = cache;
        this.leases = leases;
        this.reading = reading.orElseGet(UnaryOperator::identity);
        this.migrates = reading.isPresent();
        this.shared = shared;
        this.creation = new Creation(this, shared);
        this.updating = new Updating(this, shared);
        this.deletion = new Deletion(this, shared);
    }

    /** The same resource under other rules. */
    ResourceRegistry with(Strategy rules) {
        return new ResourceRegistry(
                resource, rules, cache, leases, migrates ? Optional.of(reading) : Optional.empty(), shared);
    }

    /** The resource in its storage version. */
    public ResourceInfo resource() {
        return resource;
    }

    public ResourceCache cache() {
        return cache;
    }

    public Creation creation() {
        return creation;
    }

    public Updating updating() {
        return updating;
    }

    public Deletion deletion() {
        return deletion;
    }

    /** Whether PUT of an object that is not there creates it. */
    public boolean createsOnUpdate() {
        return strategy.allowCreateOnUpdate();
    }

    Strategy strategy() {
        return strategy;
    }

    /** Key of an object within the cache. */
    public String key(String namespace, String name) {
        return resource.namespaced() ? namespace + "/" + name : name;
    }

    String etcdKey(String namespace, String name) {
        return resource.storageKey(namespace, name);
    }

    /** Lease for the next object written, 0 for none. */
    long lease() {
        return leases.map(TimedLeases::next).orElse(0L);
    }

    void forgetLease(long gone) {
        leases.ifPresent(each -> each.forget(gone));
    }

    /** A written value as clients get it. */
    CachedObject object(String namespace, String name, byte[] value, long revision) {
        return StoredForm.decode(
                key(namespace, name), new Versioned(etcdKey(namespace, name), value, revision), SelectableFields.NONE);
    }

    /** Reads from etcd. */
    Optional<CachedObject> stored(String namespace, String name) {
        return shared.store().get(etcdKey(namespace, name)).map(found -> read(namespace, name, found));
    }

    /** Reads all objects of a namespace from etcd, at one revision. */
    List<CachedObject> storedIn(String namespace) {
        String prefix = etcdKey(namespace, "");
        List<CachedObject> found = new ArrayList<>();
        shared.store()
                .walk(prefix, prefix, 0)
                .forEachRemaining(each -> found.add(read(namespace, each.key().substring(prefix.length()), each)));
        return found;
    }

    /** A stored value as clients get it. */
    private CachedObject read(String namespace, String name, Versioned stored) {
        return object(namespace, name, reading.apply(stored.value()), stored.revision());
    }

    WriteContext context(String namespace, String name, User user, boolean dryRun, Consumer<String> warn) {
        return new WriteContext(
                resource,
                namespace,
                name,
                user,
                dryRun,
                Instant.now(shared.clock()).truncatedTo(ChronoUnit.MICROS),
                shared.objects(),
                warn);
    }

    /**
     * What a change led to.
     *
     * @param before the object that the plan was made for
     * @param after the object as it is now, or as it last was
     */
    record Modified(CachedObject before, CachedObject after, boolean removed) {}

    /**
     * Changes an object by a plan that is made from what it is. The plan is made again whenever someone else was first;
     * the first one is made from the cache, so before a refusal or a standstill is believed etcd is asked.
     */
    Modified modify(String namespace, String name, Function<CachedObject, Plan> planner) {
        Optional<CachedObject> hint = cache.snapshot().get(key(namespace, name)).filter(this::isOfStorageVersion);
        boolean fresh = hint.isEmpty();
        CachedObject old = hint.isPresent() ? hint.get() : fetch(namespace, name);
        while (true) {
            Plan plan;
            try {
                plan = planner.apply(old);
            } catch (StatusException e) {
                if (fresh) {
                    throw e;
                }
                CachedObject now = fetch(namespace, name);
                fresh = true;
                if (now.revision() == old.revision()) {
                    throw e;
                }
                old = now;
                continue;
            }
            switch (plan) {
                case Plan.Pretend(byte[] value) -> {
                    return new Modified(old, object(namespace, name, value, old.revision()), false);
                }
                case Plan.Keep _ -> {
                    if (!fresh) {
                        CachedObject now = fetch(namespace, name);
                        fresh = true;
                        if (now.revision() != old.revision()) {
                            old = now;
                            continue;
                        }
                    }
                    Optional<Plan.Put> renewal = renewal(namespace, name, old);
                    if (renewal.isEmpty()) {
                        return new Modified(old, old, false);
                    }
                    Written written = put(namespace, name, renewal.get(), old.revision());
                    if (written instanceof Written.Done(long revision)) {
                        return new Modified(
                                old, object(namespace, name, renewal.get().value(), revision), false);
                    }
                    old = next(written, namespace, name);
                }
                case Plan.Put put -> {
                    Written written = put(namespace, name, put, old.revision());
                    if (written instanceof Written.Done(long revision)) {
                        return new Modified(old, object(namespace, name, put.value(), revision), false);
                    }
                    put.undo().run();
                    old = next(written, namespace, name);
                    fresh = true;
                }
                case Plan.Remove remove -> {
                    long expected = old.revision();
                    Written written = Storing.call(
                            () -> shared.store().delete(etcdKey(namespace, name), expected, remove.fencing()));
                    if (written instanceof Written.Done(long revision)) {
                        return new Modified(old, revision > 0 ? old.at(revision) : old, true);
                    }
                    old = next(written, namespace, name);
                    fresh = true;
                }
            }
        }
    }

    /** What is stored in an older form is written anew by a change that changes nothing: so storage is migrated. */
    private Optional<Plan.Put> renewal(String namespace, String name, CachedObject object) {
        if (!migrates) {
            return Optional.empty();
        }
        return Storing.call(() -> shared.store().get(etcdKey(namespace, name)))
                .filter(found -> found.revision() == object.revision())
                .map(Versioned::value)
                .flatMap(stored -> {
                    byte[] now = reading.apply(stored);
                    return Arrays.equals(now, stored)
                            ? Optional.empty()
                            : Optional.of(new Plan.Put(now, Fencing.NONE, () -> {}));
                });
    }

    /** What is cached of a custom kind may be of another version: a plan is made from what etcd holds then. */
    private boolean isOfStorageVersion(CachedObject object) {
        return !migrates || object.isOf(resource.kind(), resource.apiVersion());
    }

    private Written put(String namespace, String name, Plan.Put put, long expected) {
        try {
            return write(namespace, name, put.value(), expected, put.fencing());
        } catch (StatusException e) {
            put.undo().run();
            throw e;
        }
    }

    /** Writes a value, with a lease where the resource has one. */
    Written write(String namespace, String name, byte[] value, long expected, Fencing fencing) {
        return Storing.call(() -> {
            while (true) {
                long lease = lease();
                try {
                    return shared.store().put(etcdKey(namespace, name), value, expected, lease, fencing);
                } catch (StorageException.LeaseGone e) {
                    if (lease == 0) {
                        throw e;
                    }
                    forgetLease(lease);
                }
            }
        });
    }

    private CachedObject next(Written written, String namespace, String name) {
        return switch (written) {
            case Written.Lost(Optional<Versioned> current) ->
                current.map(found -> read(namespace, name, found))
                        .orElseThrow(() -> StatusException.notFound(resource, name));
            case Written.Fenced _ -> throw fenced(name);
            case Written.Done _ -> throw new IllegalArgumentException("nothing follows a write that is done");
        };
    }

    StatusException fenced(String name) {
        return StatusException.conflict(
                resource, name, "the lease under which this was written is held by another, or in another term");
    }

    private CachedObject fetch(String namespace, String name) {
        return Storing.call(() -> stored(namespace, name)).orElseThrow(() -> StatusException.notFound(resource, name));
    }

    /** The metadata of a tree, made if there is none. */
    static ObjectNode metadata(ObjectNode object) {
        return object.get("metadata") instanceof ObjectNode metadata ? metadata : object.putObject("metadata");
    }
}
