package io.flotilla.apiserver.extension.aggregation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Times;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Writes objects that servers keep for themselves; none minds that another server was first. */
final class OwnObjects {
    private final ObjectStore store;
    private final Clock clock;

    OwnObjects(ObjectStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Brings an object to what the filling makes of it, and makes it if it is missing. */
    void ensure(ResourceInfo resource, String namespace, String name, Consumer<ObjectNode> filling) {
        Optional<ObjectNode> present = store.cached(resource, namespace, name);
        if (present.isEmpty()) {
            create(resource, namespace, name, filling);
            return;
        }
        ObjectNode wanted = present.get().deepCopy();
        filling.accept(wanted);
        if (!Trees.same(wanted, present.get())) {
            change(resource, namespace, name, filling);
        }
    }

    /** Changes an object, if it is still there. */
    void change(ResourceInfo resource, String namespace, String name, Consumer<ObjectNode> filling) {
        try {
            store.update(resource, namespace, name, live -> {
                filling.accept(live);
                return live;
            });
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    private void create(ResourceInfo resource, String namespace, String name, Consumer<ObjectNode> filling) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", resource.storageVersion()).put("kind", resource.kind());
        ObjectNode metadata = object.putObject("metadata").put("name", name);
        if (!namespace.isEmpty()) {
            metadata.put("namespace", namespace);
        }
        metadata.put("uid", UUID.randomUUID().toString()).put("creationTimestamp", Times.format(clock.instant()));
        filling.accept(object);
        try {
            store.create(resource, object);
        } catch (StatusException e) {
            if (!e.reason().equals("AlreadyExists")) {
                throw e;
            }
        }
    }
}
