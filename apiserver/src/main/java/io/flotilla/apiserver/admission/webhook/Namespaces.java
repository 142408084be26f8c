package io.flotilla.apiserver.admission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;

/** Labels of namespaces, by which webhooks select. */
record Namespaces(ObjectStore store, ResourceInfo resource) {

    /** Fails with NotFound. */
    JsonNode labels(String name) {
        return store.cached(resource, "", name)
                .or(() -> store.get(resource, "", name))
                .orElseThrow(() -> StatusException.notFound(resource, name))
                .path("metadata")
                .path("labels");
    }
}
