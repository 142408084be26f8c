package io.flotilla.controllermanager.namespace;

import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.flotilla.controllermanager.discovery.ServedResources;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiClient.DiscoveredResource;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Deletes everything in a namespace: pods first, the rest once the pods have gone, so that nothing pulls the rug from under them. */
final class NamespaceContent {
    private static final DeleteOptions BACKGROUND =
            new DeleteOptionsBuilder().withPropagationPolicy("Background").build();

    /**
     * What is left after an attempt.
     *
     * @param remaining number of objects by {@code resource.group}
     * @param finalizers number of objects by finalizer
     * @param discoveryFailure why the resources are not known, if so
     * @param failures what went wrong on the way
     */
    record Left(
            Map<String, Integer> remaining,
            Map<String, Integer> finalizers,
            Optional<String> discoveryFailure,
            List<String> failures) {
        boolean isNothing() {
            return remaining.isEmpty() && discoveryFailure.isEmpty() && failures.isEmpty();
        }
    }

    private final ApiClient client;

    NamespaceContent(ApiClient client) {
        this.client = client;
    }

    Left delete(String namespace) {
        Left left = new Left(new TreeMap<>(), new TreeMap<>(), Optional.empty(), new ArrayList<>());
        List<DiscoveredResource> resources;
        try {
            resources = ServedResources.withVerbs(client.discover(), Set.of("list", "delete")).stream()
                    .filter(DiscoveredResource::namespaced)
                    .toList();
        } catch (ApiException e) {
            return new Left(Map.of(), Map.of(), Optional.of(e.getMessage()), List.of());
        }
        resources.stream().filter(NamespaceContent::isPods).forEach(pods -> delete(namespace, pods, left));
        if (left.isNothing()) {
            resources.stream()
                    .filter(resource -> !isPods(resource))
                    .forEach(resource -> delete(namespace, resource, left));
        }
        return left;
    }

    private static boolean isPods(DiscoveredResource resource) {
        return resource.group().isEmpty() && resource.resource().equals("pods");
    }

    private void delete(String namespace, DiscoveredResource resource, Left left) {
        ResourceClient<PartialObjectMetadata> objects = client.resource(ServedResources.metadataOf(resource));
        ListOptions all = ListOptions.inNamespace(namespace);
        try {
            if (objects.list(all).items().isEmpty()) {
                return;
            }
            if (resource.verbs().contains("deletecollection")) {
                objects.deleteCollection(all, BACKGROUND);
            } else {
                objects.list(all).items().forEach(object -> delete(objects, object));
            }
            count(resource, objects.list(all).items(), left);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                left.failures().add(e.getMessage());
            }
        }
    }

    private static void delete(ResourceClient<PartialObjectMetadata> objects, PartialObjectMetadata object) {
        try {
            objects.delete(ObjectKey.of(object), BACKGROUND);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    private static void count(DiscoveredResource resource, List<PartialObjectMetadata> objects, Left left) {
        if (objects.isEmpty()) {
            return;
        }
        left.remaining().merge(resource.resource() + "." + resource.group(), objects.size(), Integer::sum);
        for (PartialObjectMetadata object : objects) {
            for (String finalizer : object.getMetadata().getFinalizers()) {
                left.finalizers().merge(finalizer, 1, Integer::sum);
            }
        }
    }
}
