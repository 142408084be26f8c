package io.flotilla.apiserver.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What Kubernetes calls the NamespaceLifecycle admission: nothing is created in a namespace that does not exist or is on
 * its way out, and three namespaces are never deleted.
 */
final class NamespaceCheck {
    private static final Set<String> IMMORTAL = Set.of("default", "kube-system", "kube-public");

    /** By then the cache knows of a deletion. */
    private static final long CACHED_AFTER_NANOS = Duration.ofSeconds(30).toNanos();

    private final Registry registry;
    private final ResourceInfo namespaces;
    /** When this server was last asked to delete a namespace. */
    private final Map<String, Long> deletions = new ConcurrentHashMap<>();

    NamespaceCheck(Registry registry) {
        this.registry = registry;
        this.namespaces = registry.of("", "namespaces");
    }

    void checkCreation(ResourceInfo resource, String namespace, ObjectNode object) {
        if (!resource.namespaced() || namespace.isEmpty()) {
            return;
        }
        Optional<ObjectNode> found = mayBeDeletedUnseen(namespace)
                ? Optional.empty()
                : registry.objects().cached(namespaces, "", namespace);
        if (found.isEmpty()) {
            // The cache may not have seen a namespace made, or deleted, a moment ago.
            found = registry.objects().get(namespaces, "", namespace);
        }
        ObjectNode live = found.orElseThrow(() -> StatusException.notFound(namespaces, namespace));
        boolean terminating = live.path("status").path("phase").asText("").equals("Terminating")
                || live.path("metadata").has("deletionTimestamp");
        if (terminating) {
            throw StatusException.namespaceTerminating(
                    resource, object.path("metadata").path("name").asText(""), namespace);
        }
    }

    void checkDeletion(ResourceInfo resource, String name) {
        if (!resource.resource().equals("namespaces") || !resource.group().isEmpty()) {
            return;
        }
        if (IMMORTAL.contains(name)) {
            throw StatusException.forbidden(resource, name, "this namespace may not be deleted");
        }
        deletions.keySet().removeIf(each -> !mayBeDeletedUnseen(each));
        deletions.put(name, System.nanoTime());
    }

    private boolean mayBeDeletedUnseen(String namespace) {
        Long asked = deletions.get(namespace);
        return asked != null && System.nanoTime() - asked < CACHED_AFTER_NANOS;
    }
}
