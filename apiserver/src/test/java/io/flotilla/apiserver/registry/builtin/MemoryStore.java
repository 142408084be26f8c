package io.flotilla.apiserver.registry.builtin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Objects in memory, by their etcd key. */
final class MemoryStore implements ObjectStore {
    private final TreeMap<String, ObjectNode> objects = new TreeMap<>();
    private long revision;

    @Override
    public synchronized Optional<ObjectNode> cached(ResourceInfo resource, String namespace, String name) {
        return get(resource, namespace, name);
    }

    @Override
    public synchronized List<ObjectNode> cachedList(ResourceInfo resource, String namespace) {
        String prefix = resource.storagePrefix() + "/" + (namespace.isEmpty() ? "" : namespace + "/");
        return objects.tailMap(prefix).entrySet().stream()
                .takeWhile(each -> each.getKey().startsWith(prefix))
                .map(each -> each.getValue().deepCopy())
                .toList();
    }

    @Override
    public List<ObjectNode> list(ResourceInfo resource, String namespace) {
        return cachedList(resource, namespace);
    }

    @Override
    public synchronized Optional<ObjectNode> get(ResourceInfo resource, String namespace, String name) {
        return Optional.ofNullable(objects.get(resource.storageKey(namespace, name)))
                .map(ObjectNode::deepCopy);
    }

    @Override
    public synchronized ObjectNode create(ResourceInfo resource, ObjectNode object) {
        String name = object.path("metadata").path("name").asText();
        String key =
                resource.storageKey(object.path("metadata").path("namespace").asText(""), name);
        if (objects.containsKey(key)) {
            throw StatusException.alreadyExists(resource, name);
        }
        return put(key, object);
    }

    private ObjectNode put(String key, ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        ((ObjectNode) copy.get("metadata")).put("resourceVersion", Long.toString(++revision));
        objects.put(key, copy);
        return copy.deepCopy();
    }

    @Override
    public synchronized ObjectNode update(
            ResourceInfo resource, String namespace, String name, UnaryOperator<ObjectNode> change) {
        String key = resource.storageKey(namespace, name);
        ObjectNode present = objects.get(key);
        if (present == null) {
            throw StatusException.notFound(resource, name);
        }
        return put(key, change.apply(present.deepCopy()));
    }

    @Override
    public synchronized boolean remove(ResourceInfo resource, String namespace, String name) {
        return objects.remove(resource.storageKey(namespace, name)) != null;
    }

    synchronized int size() {
        return objects.size();
    }
}
