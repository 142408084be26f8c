package io.flotilla.controllermanager.garbagecollector;

import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.flotilla.controllermanager.garbagecollector.GraphNode.Identity;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Objects as they are now, not as a cache remembers them: what the collector reads before, and how it writes. */
final class LiveObjects {
    /** The kind of an object is not served, or not known yet. */
    static final class UnknownKindException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnknownKindException(String apiVersion, String kind) {
            super("no matches for kind \"" + kind + "\" in version \"" + apiVersion + "\"");
        }
    }

    private final ApiClient client;
    private final ResourceMonitors resources;

    LiveObjects(ApiClient client, ResourceMonitors resources) {
        this.client = client;
        this.resources = resources;
    }

    ResourceType<PartialObjectMetadata> typeOf(String apiVersion, String kind) {
        return resources.resourceOf(apiVersion, kind).orElseThrow(() -> new UnknownKindException(apiVersion, kind));
    }

    /** Returns the very object, by UID, if it exists. */
    Optional<PartialObjectMetadata> get(Identity identity) {
        ResourceType<PartialObjectMetadata> type = typeOf(identity.apiVersion(), identity.kind());
        try {
            PartialObjectMetadata live = client.resource(type).get(key(type, identity));
            return Optional.of(live)
                    .filter(found -> found.getMetadata().getUid().equals(identity.uid()));
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static ObjectKey key(ResourceType<?> type, Identity identity) {
        return new ObjectKey(type.namespaced() ? identity.namespace() : "", identity.name());
    }

    /** Deletes the object if it is still as it was read. */
    void delete(Identity identity, PartialObjectMetadata live, String propagation) {
        ResourceType<PartialObjectMetadata> type = typeOf(identity.apiVersion(), identity.kind());
        try {
            client.resource(type)
                    .delete(
                            key(type, identity),
                            new DeleteOptionsBuilder()
                                    .withPropagationPolicy(propagation)
                                    .withNewPreconditions(live.getMetadata().getResourceVersion(), identity.uid())
                                    .build());
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    void removeFinalizer(Identity identity, String finalizer) {
        Optional<PartialObjectMetadata> live = get(identity);
        if (live.isEmpty() || !live.get().getMetadata().getFinalizers().contains(finalizer)) {
            return;
        }
        List<String> others = live.get().getMetadata().getFinalizers().stream()
                .filter(present -> !present.equals(finalizer))
                .toList();
        patch(identity, live.get(), Map.of("finalizers", others));
    }

    /** Drops references of the object; does nothing where it is gone. */
    void removeOwners(Identity identity, Predicate<OwnerReference> which) {
        Optional<PartialObjectMetadata> live = get(identity);
        if (live.isEmpty()) {
            return;
        }
        List<OwnerReference> present = live.get().getMetadata().getOwnerReferences();
        List<OwnerReference> others = present.stream().filter(which.negate()).toList();
        if (others.size() < present.size()) {
            patch(identity, live.get(), Map.of("ownerReferences", others));
        }
    }

    /** Has the object's references hold up its owners' deletion no longer. */
    void unblockOwners(Identity identity, PartialObjectMetadata live) {
        List<OwnerReference> references = live.getMetadata().getOwnerReferences().stream()
                .map(reference -> {
                    OwnerReference open = new OwnerReference(
                            reference.getApiVersion(),
                            false,
                            reference.getController(),
                            reference.getKind(),
                            reference.getName(),
                            reference.getUid());
                    return open;
                })
                .toList();
        patch(identity, live, Map.of("ownerReferences", references));
    }

    private void patch(Identity identity, PartialObjectMetadata live, Map<String, Object> change) {
        ResourceType<PartialObjectMetadata> type = typeOf(identity.apiVersion(), identity.kind());
        ResourceClient<PartialObjectMetadata> objects = client.resource(type);
        Map<String, Object> metadata = new java.util.LinkedHashMap<>(change);
        metadata.put("uid", identity.uid());
        metadata.put("resourceVersion", live.getMetadata().getResourceVersion());
        try {
            objects.patch(key(type, identity), Patch.merge(Map.of("metadata", metadata)));
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
