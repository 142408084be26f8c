package io.flotilla.machinery.object;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The metadata that informers need, without the dozen empty collections of a whole one: for objects kept by the thousand. */
public final class SlimMetadata {
    private SlimMetadata() {}

    public static ObjectMeta of(
            @Nullable String namespace, String name, @Nullable String uid, @Nullable String resourceVersion) {
        ObjectMeta metadata = new ObjectMeta();
        metadata.setNamespace(namespace);
        metadata.setName(name);
        metadata.setUid(uid);
        metadata.setResourceVersion(resourceVersion);
        metadata.setLabels(null);
        metadata.setAnnotations(null);
        metadata.setFinalizers(null);
        metadata.setOwnerReferences(null);
        metadata.setManagedFields(null);
        metadata.setAdditionalProperties(Map.of());
        return metadata;
    }
}
