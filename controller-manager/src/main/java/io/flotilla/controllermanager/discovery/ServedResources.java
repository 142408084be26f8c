package io.flotilla.controllermanager.discovery;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.flotilla.machinery.client.ApiClient.DiscoveredResource;
import io.flotilla.machinery.scheme.ResourceType;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The resources that the API serves, each once, in the version to use for it. */
public final class ServedResources {
    private record Name(String group, String resource) {}

    private ServedResources() {}

    /** Returns the resources that have all the verbs; subresources are none. */
    public static List<DiscoveredResource> withVerbs(Collection<DiscoveredResource> discovered, Set<String> verbs) {
        Map<Name, DiscoveredResource> chosen = new LinkedHashMap<>();
        for (DiscoveredResource resource : discovered) {
            if (resource.resource().contains("/") || !resource.verbs().containsAll(verbs)) {
                continue;
            }
            Name name = new Name(resource.group(), resource.resource());
            chosen.merge(name, resource, (first, other) -> other.preferredVersion() ? other : first);
        }
        return List.copyOf(chosen.values());
    }

    /** Returns the metadata-only view of the resource. */
    public static ResourceType<PartialObjectMetadata> metadataOf(DiscoveredResource resource) {
        return ResourceTypes.metadataOf(
                resource.group(), resource.version(), resource.resource(), resource.kind(), resource.namespaced());
    }

    /** Returns the metadata that tells an object from every other one and its states from each other. */
    public static ObjectMetaBuilder identity(PartialObjectMetadata object) {
        return new ObjectMetaBuilder()
                .withNamespace(object.getMetadata().getNamespace())
                .withName(object.getMetadata().getName())
                .withUid(object.getMetadata().getUid())
                .withResourceVersion(object.getMetadata().getResourceVersion());
    }
}
