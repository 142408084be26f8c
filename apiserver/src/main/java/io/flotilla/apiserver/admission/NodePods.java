package io.flotilla.apiserver.admission;

import static io.flotilla.apiserver.request.Quoting.quote;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.Optional;
import java.util.stream.Stream;

/** What a node's agent may do with pods: show those that it runs on its own account, and tell how its own fare. */
final class NodePods {
    private NodePods() {}

    /** What is wrong with a pod that the node wants to create. */
    static Optional<String> creation(String node, JsonNode pod) {
        JsonNode metadata = pod.path("metadata");
        String name = "node " + quote(node);
        if (!metadata.path("annotations").has(PodAdmission.MIRROR)) {
            return Optional.of("pod does not have " + quote(PodAdmission.MIRROR) + " annotation, " + name
                    + " can only create mirror pods");
        }
        if (!isOn(node, pod)) {
            return Optional.of(name + " can only create pods with spec.nodeName set to itself");
        }
        JsonNode owners = metadata.path("ownerReferences");
        if (owners.size() > 1) {
            return Optional.of(name + " can only create pods with a single owner reference set to itself");
        }
        JsonNode owner = owners.path(0);
        if (!owner.path("apiVersion").asText().equals("v1")
                || !owner.path("kind").asText().equals("Node")
                || !owner.path("name").asText().equals(node)) {
            return Optional.of(name + " can only create pods with an owner reference set to itself");
        }
        if (!owner.path("controller").asBoolean()) {
            return Optional.of(name + " can only create pods with a controller owner reference set to itself");
        }
        return owner.path("blockOwnerDeletion").asBoolean()
                ? Optional.of(name + " must not set blockOwnerDeletion on an owner reference")
                : Optional.empty();
    }

    /** Says why a pod whose owner is in order is refused all the same: it draws on other objects of the API. */
    static Optional<String> references(String node, JsonNode pod) {
        JsonNode spec = pod.path("spec");
        return Stream.of(
                        found(!spec.path("serviceAccountName").asText("").isEmpty(), "a service account"),
                        found(hasSecrets(spec), "secrets"),
                        found(hasConfigMaps(spec), "configmaps"),
                        found(
                                sources(spec, "projected").anyMatch(source -> source.has("clusterTrustBundle")),
                                "clustertrustbundles"),
                        found(
                                spec.path("volumes").valueStream().anyMatch(each -> each.has("persistentVolumeClaim")),
                                "persistentvolumeclaims"),
                        found(!spec.path("resourceClaims").isEmpty(), "resourceclaims"))
                .flatMap(Optional::stream)
                .findFirst()
                .map(what -> "node " + quote(node) + " can not create pods that reference " + what);
    }

    private static Optional<String> found(boolean is, String what) {
        return is ? Optional.of(what) : Optional.empty();
    }

    private static boolean hasSecrets(JsonNode spec) {
        return !spec.path("imagePullSecrets").isEmpty()
                || containers(spec).anyMatch(container -> reads(container, "secretKeyRef", "secretRef"))
                || spec.path("volumes")
                        .valueStream()
                        .anyMatch(volume -> volume.has("secret")
                                || volume.has("azureFile")
                                || volume.valueStream()
                                        .anyMatch(source ->
                                                source.has("secretRef") || source.has("nodePublishSecretRef")))
                || sources(spec, "projected").anyMatch(source -> source.has("secret"));
    }

    private static boolean hasConfigMaps(JsonNode spec) {
        return containers(spec).anyMatch(container -> reads(container, "configMapKeyRef", "configMapRef"))
                || spec.path("volumes").valueStream().anyMatch(volume -> volume.has("configMap"))
                || sources(spec, "projected").anyMatch(source -> source.has("configMap"));
    }

    private static Stream<JsonNode> containers(JsonNode spec) {
        return Stream.of("initContainers", "containers", "ephemeralContainers")
                .flatMap(list -> spec.path(list).valueStream());
    }

    private static boolean reads(JsonNode container, String one, String all) {
        return container
                        .path("env")
                        .valueStream()
                        .anyMatch(each -> each.path("valueFrom").has(one))
                || container.path("envFrom").valueStream().anyMatch(each -> each.has(all));
    }

    private static Stream<JsonNode> sources(JsonNode spec, String kind) {
        return spec.path("volumes")
                .valueStream()
                .flatMap(volume -> volume.path(kind).path("sources").valueStream());
    }

    /** What is wrong with an update of a pod's status. */
    static Optional<String> status(String node, JsonNode pod, JsonNode old) {
        String name = "node " + quote(node);
        if (!isOn(node, old)) {
            return Optional.of(name + " can only update pod status for pods with spec.nodeName set to itself");
        }
        if (!Trees.same(
                pod.path("metadata").path("labels"), old.path("metadata").path("labels"))) {
            return Optional.of(name + " cannot update labels through pod status");
        }
        JsonNode now = pod.path("status");
        JsonNode before = old.path("status");
        if (!Trees.same(now.path("resourceClaimStatuses"), before.path("resourceClaimStatuses"))) {
            return Optional.of(name + " cannot update resource claim statues");
        }
        return Trees.same(now.path("extendedResourceClaimStatus"), before.path("extendedResourceClaimStatus"))
                ? Optional.empty()
                : Optional.of(name + " cannot update extended resource claim status");
    }

    static boolean isOn(String node, JsonNode pod) {
        return pod.path("spec").path("nodeName").asText("").equals(node);
    }
}
