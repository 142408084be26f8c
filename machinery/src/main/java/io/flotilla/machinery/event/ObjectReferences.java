package io.flotilla.machinery.event;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.flotilla.machinery.scheme.ResourceType;

/** References by which events name what they are about. */
public final class ObjectReferences {
    private ObjectReferences() {}

    public static <T extends HasMetadata> ObjectReference to(ResourceType<T> type, T object) {
        return new ObjectReferenceBuilder()
                .withApiVersion(type.apiVersion())
                .withKind(type.kind())
                .withNamespace(object.getMetadata().getNamespace())
                .withName(object.getMetadata().getName())
                .withUid(object.getMetadata().getUid())
                .withResourceVersion(object.getMetadata().getResourceVersion())
                .build();
    }

    /** Returns the reference narrowed to a part, such as {@code spec.containers{nginx}}. */
    public static ObjectReference part(ObjectReference whole, String fieldPath) {
        return new ObjectReferenceBuilder(whole).withFieldPath(fieldPath).build();
    }
}
