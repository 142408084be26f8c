package io.flotilla.machinery.object;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object as one component reads it, kept by the thousand: of its metadata there is what informers need, without the dozen
 * empty collections of a whole one; the rest is what a subclass takes from the document. Immutable.
 */
public abstract class SlimObject implements HasMetadata {
    private static final long serialVersionUID = 1L;

    private final transient ObjectMeta metadata;
    private final transient ObjectKey key;

    protected SlimObject(
            @Nullable String namespace, String name, @Nullable String uid, @Nullable String resourceVersion) {
        metadata = metadata(namespace, name, uid, resourceVersion);
        key = new ObjectKey(namespace == null ? "" : namespace, name);
    }

    /** The same object in another state, of the same version. */
    protected SlimObject(SlimObject same) {
        metadata = same.metadata;
        key = same.key;
    }

    private static ObjectMeta metadata(
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

    /** What kind of object this is. */
    protected abstract ResourceType<?> type();

    public final ObjectKey key() {
        return key;
    }

    /** By which events point to this object. */
    public final ObjectReference reference() {
        return new ObjectReferenceBuilder()
                .withApiVersion(getApiVersion())
                .withKind(getKind())
                .withNamespace(metadata.getNamespace())
                .withName(key.name())
                .withUid(metadata.getUid())
                .withResourceVersion(metadata.getResourceVersion())
                .build();
    }

    @Override
    public final ObjectMeta getMetadata() {
        return metadata;
    }

    @Override
    public final void setMetadata(ObjectMeta changed) {
        throw new UnsupportedOperationException("a " + getClass().getSimpleName() + " does not change");
    }

    @Override
    public final void setApiVersion(String version) {
        throw new UnsupportedOperationException("a " + getClass().getSimpleName() + " does not change");
    }

    @Override
    public final String getApiVersion() {
        return type().apiVersion();
    }

    @Override
    public final String getKind() {
        return type().kind();
    }

    @Override
    public final String toString() {
        return key.toString();
    }
}
