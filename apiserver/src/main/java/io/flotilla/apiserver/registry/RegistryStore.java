package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.storage.Fencing;
import io.flotilla.apiserver.storage.Written;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The objects beside the one at hand, for strategies and subresources: no rules but optimistic concurrency. */
final class RegistryStore implements ObjectStore {
    private final Registry registry;

    RegistryStore(Registry registry) {
        this.registry = registry;
    }

    @Override
    public Optional<ObjectNode> cached(ResourceInfo resource, String namespace, String name) {
        return registry.registry(resource)
                .cache()
                .snapshot()
                .get(registry.registry(resource).key(namespace, name))
                .map(CachedObject::tree);
    }

    @Override
    public List<ObjectNode> cachedList(ResourceInfo resource, String namespace) {
        List<ObjectNode> found = new ArrayList<>();
        Iterator<CachedObject> objects =
                registry.registry(resource).cache().snapshot().from(namespace, "");
        objects.forEachRemaining(object -> found.add(object.tree()));
        return found;
    }

    @Override
    public Optional<ObjectNode> get(ResourceInfo resource, String namespace, String name) {
        return Storing.call(() -> registry.registry(resource).stored(namespace, name))
                .map(StoredForm::parse);
    }

    @Override
    public List<ObjectNode> list(ResourceInfo resource, String namespace) {
        return Storing.call(() -> registry.registry(resource).storedIn(namespace)).stream()
                .map(StoredForm::parse)
                .toList();
    }

    @Override
    public ObjectNode create(ResourceInfo resource, ObjectNode object) {
        ResourceRegistry of = registry.registry(resource);
        String namespace = object.path("metadata").path("namespace").asText("");
        String name = object.path("metadata").path("name").asText("");
        byte[] value = StoredForm.encode(object);
        Fencing fencing = Fences.ofLease(of.resource(), Optional.empty(), object);
        return switch (of.write(namespace, name, value, 0, fencing)) {
            case Written.Done(long revision) -> StoredForm.parse(of.object(namespace, name, value, revision));
            case Written.Lost _, Written.Fenced _ -> throw StatusException.alreadyExists(resource, name);
        };
    }

    @Override
    public ObjectNode update(ResourceInfo resource, String namespace, String name, UnaryOperator<ObjectNode> change) {
        ResourceRegistry of = registry.registry(resource);
        ResourceRegistry.Modified modified = of.modify(namespace, name, old -> {
            ObjectNode before = StoredForm.parse(old);
            ObjectNode after = change.apply(before.deepCopy());
            byte[] value = StoredForm.encode(after);
            return StoredForm.isContentOf(value, old)
                    ? new Plan.Keep()
                    : new Plan.Put(value, Fences.ofLease(of.resource(), Optional.of(before), after), () -> {});
        });
        return StoredForm.parse(modified.after());
    }

    @Override
    public boolean remove(ResourceInfo resource, String namespace, String name) {
        try {
            return registry.registry(resource)
                    .modify(namespace, name, _ -> new Plan.Remove(Fencing.NONE))
                    .removed();
        } catch (StatusException e) {
            if (e.code() == 404) {
                return false;
            }
            throw e;
        }
    }
}
