package io.flotilla.apiserver.admission.matching;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;

/** The namespaces of the cluster, by whose labels is selected. */
public record Namespaces(ObjectStore store, ResourceInfo resource) {

    /** Fails with NotFound. */
    public ObjectNode get(String name) {
        return store.cached(resource, "", name)
                .or(() -> store.get(resource, "", name))
                .orElseThrow(() -> StatusException.notFound(resource, name));
    }
}
