package io.flotilla.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Trees;
import org.jspecify.annotations.Nullable;

/** Volumes and claims are held back from deletion while something uses them. */
public final class StorageObjectInUseProtection implements Admission {

    @Override
    public String name() {
        return "StorageObjectInUseProtection";
    }

    @Override
    public boolean handles(String group, String resource) {
        return group.isEmpty() && (resource.equals("persistentvolumes") || resource.equals("persistentvolumeclaims"));
    }

    @Override
    public void admit(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        if (old != null) {
            return;
        }
        String finalizer = context.resource().resource().equals("persistentvolumes")
                ? "kubernetes.io/pv-protection"
                : "kubernetes.io/pvc-protection";
        ObjectNode metadata = Trees.child(object, "metadata");
        for (JsonNode present : metadata.path("finalizers")) {
            if (present.asText().equals(finalizer)) {
                return;
            }
        }
        ArrayNode finalizers =
                metadata.get("finalizers") instanceof ArrayNode present ? present : metadata.putArray("finalizers");
        finalizers.add(finalizer);
    }
}
