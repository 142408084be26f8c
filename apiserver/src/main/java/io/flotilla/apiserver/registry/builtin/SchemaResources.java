package io.flotilla.apiserver.registry.builtin;

import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.util.HashMap;
import java.util.Map;

/** Resources as the table of types knows them. */
final class SchemaResources implements Resources {
    private final Map<String, ResourceInfo> stored = new HashMap<>();

    SchemaResources(Schema schema) {
        for (ResourceInfo resource : schema.resources()) {
            stored.putIfAbsent(resource.qualifiedResource(), schema.storageResource(resource));
        }
    }

    @Override
    public ResourceInfo of(String group, String resource) {
        String name = group.isEmpty() ? resource : resource + "." + group;
        ResourceInfo found = stored.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no resource " + name);
        }
        return found;
    }
}
