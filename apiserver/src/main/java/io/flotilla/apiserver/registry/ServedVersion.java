package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;

/**
 * A stored resource as one of its versions serves it. Where that is the storage version, what is stored is what is
 * served; where the versions differ in apiVersion alone, only that is exchanged; else objects are converted.
 */
public final class ServedVersion {
    private final ResourceInfo resource;
    private final ResourceInfo storage;
    private final Conversion conversion;
    private final ResourceRegistry registry;
    private final boolean same;
    private final byte[] head;

    ServedVersion(ResourceInfo resource, ResourceInfo storage, Conversion conversion, ResourceRegistry registry) {
        this.resource = resource;
        this.storage = storage;
        this.conversion = conversion;
        this.registry = registry;
        this.same = resource.apiVersion().equals(storage.apiVersion());
        this.head = head(resource.kind(), resource.apiVersion());
    }

    private static byte[] head(String kind, String apiVersion) {
        return ("{\"kind\":\"" + kind + "\",\"apiVersion\":\"" + apiVersion + "\",").getBytes(StandardCharsets.UTF_8);
    }

    public ResourceInfo resource() {
        return resource;
    }

    public ResourceInfo storage() {
        return storage;
    }

    public ResourceRegistry registry() {
        return registry;
    }

    /** The object as this version serves it; the storage version's costs nothing. */
    @SuppressWarnings("ReferenceEquality") // NONE is one instance
    public Encoded encode(CachedObject object) {
        if (isShown(object)) {
            return new Encoded(object.json(), object.bodyOffset());
        }
        if (conversion == Conversion.NONE) {
            byte[] stored = object.json();
            byte[] json = new byte[head.length + stored.length - object.bodyOffset()];
            System.arraycopy(head, 0, json, 0, head.length);
            System.arraycopy(stored, object.bodyOffset(), json, head.length, stored.length - object.bodyOffset());
            return new Encoded(json, head.length);
        }
        ObjectNode tree = fromStorage(StoredForm.parse(object));
        String revision = tree.path("metadata").path("resourceVersion").asText();
        return new Encoded(StoredForm.encodeAt(tree, revision), head.length);
    }

    private boolean isShown(CachedObject object) {
        return conversion.asks() ? object.isOf(resource.kind(), resource.apiVersion()) : same;
    }

    /**
     * Objects such that {@link #encode} need ask no one: those of another version are converted, all at once.
     *
     * @throws io.flotilla.apiserver.request.StatusException whoever is asked to convert does not
     */
    public List<CachedObject> shown(List<CachedObject> objects) {
        if (!conversion.asks()) {
            return objects;
        }
        List<ObjectNode> trees = objects.stream()
                .filter(each -> !isShown(each))
                .map(StoredForm::parse)
                .toList();
        if (trees.isEmpty()) {
            return objects;
        }
        conversion.allFromStorage(trees, resource.apiVersion());
        Iterator<ObjectNode> converted = trees.iterator();
        return objects.stream()
                .map(each -> isShown(each)
                        ? each
                        : registry.object(
                                each.namespace(), each.name(), StoredForm.encode(converted.next()), each.revision()))
                .toList();
    }

    /** Whether {@link #encode} may ask someone, and so take time and fail, for objects that are not {@link #shown}. */
    public boolean asks() {
        return conversion.asks();
    }

    /**
     * The object as PartialObjectMetadata.
     *
     * @param version of meta.k8s.io
     */
    public byte[] metadataOnly(CachedObject object, String version) {
        byte[] metadataHead = head("PartialObjectMetadata", "meta.k8s.io/" + version);
        byte[] json = object.json();
        int end = StoredForm.metadataEnd(object);
        byte[] only = new byte[metadataHead.length + end - object.bodyOffset() + 1];
        System.arraycopy(metadataHead, 0, only, 0, metadataHead.length);
        System.arraycopy(json, object.bodyOffset(), only, metadataHead.length, end - object.bodyOffset());
        only[only.length - 1] = '}';
        return only;
    }

    /** A bookmark as this version's own kind. */
    public ObjectNode bookmark(long revision, boolean initialEventsEnd) {
        return bookmark(resource.kind(), resource.apiVersion(), revision, initialEventsEnd);
    }

    /**
     * An object that carries a resource version and nothing else: what bookmarks hold.
     *
     * @param kind of the form that is watched
     * @param initialEventsEnd whether it marks the end of the initial events
     */
    public static ObjectNode bookmark(String kind, String apiVersion, long revision, boolean initialEventsEnd) {
        ObjectNode object =
                JsonNodeFactory.instance.objectNode().put("kind", kind).put("apiVersion", apiVersion);
        ObjectNode metadata = object.putObject("metadata").put("resourceVersion", Long.toString(revision));
        if (initialEventsEnd) {
            metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
        }
        return object;
    }

    /**
     * An object's JSON.
     *
     * @param body where the JSON goes on behind kind and apiVersion
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    public record Encoded(byte[] json, int body) {}

    /** Turns a tree of the storage version into this one's, in place. */
    public ObjectNode fromStorage(ObjectNode object) {
        if (!same || conversion.asks()) {
            conversion.fromStorage(object, resource.apiVersion());
            object.put("apiVersion", resource.apiVersion());
        }
        return object;
    }

    /** Turns a tree of this version into the storage version's, in place. */
    public ObjectNode toStorage(ObjectNode object) {
        if (!same) {
            conversion.toStorage(object, resource.apiVersion());
            object.put("apiVersion", storage.apiVersion());
        }
        return object;
    }
}
