package io.flotilla.machinery.object;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.flotilla.machinery.scheme.ResourceType;
import java.util.Optional;

/** Owners of objects ({@code metadata.ownerReferences}). */
public final class OwnerReferences {
    private OwnerReferences() {}

    /** Returns the one owner with {@code controller: true}. */
    public static Optional<OwnerReference> controllerOf(HasMetadata object) {
        return object.getMetadata().getOwnerReferences().stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst();
    }

    /** Says whether this very owner, by UID, controls the object. */
    public static boolean isControlledBy(HasMetadata object, HasMetadata owner) {
        return controllerOf(object)
                .map(reference -> reference.getUid().equals(owner.getMetadata().getUid()))
                .orElse(false);
    }

    /** Returns the reference by which a controller owns what it creates; it blocks the owner's foreground deletion. */
    public static <T extends HasMetadata> OwnerReference controllerReference(ResourceType<T> type, T owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(type.apiVersion())
                .withKind(type.kind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }
}
