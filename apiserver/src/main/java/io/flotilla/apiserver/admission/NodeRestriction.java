package io.flotilla.apiserver.admission;

import static io.flotilla.apiserver.request.Quoting.quote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.certificate.SigningRequest;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the agents of nodes, users {@code system:node:NAME} in group {@code system:nodes}, to what is their own: their
 * node, the pods bound to it and the tokens of these, their lease, their CSINode, their resource slices. Everyone else
 * passes.
 */
public final class NodeRestriction implements Admission {
    private static final String USER = "system:node:";
    private static final String GROUP = "system:nodes";
    private static final String LEASES = "kube-node-lease";
    private static final Set<String> RESOURCES = Set.of(
            "pods",
            "nodes",
            "persistentvolumeclaims",
            "leases.coordination.k8s.io",
            "csinodes.storage.k8s.io",
            "resourceslices.resource.k8s.io",
            "certificatesigningrequests.certificates.k8s.io");
    private static final Set<String> SIGNERS =
            Set.of("kubernetes.io/kubelet-serving", "kubernetes.io/kube-apiserver-client-kubelet");

    /** What an agent tells of a claim: how large the volume has become. */
    private static final List<String> CLAIM_STATUS =
            List.of("capacity", "conditions", "allocatedResources", "allocatedResourceStatuses");

    private final Resources resources;

    public NodeRestriction(Resources resources) {
        this.resources = resources;
    }

    @Override
    public String name() {
        return "NodeRestriction";
    }

    @Override
    public boolean handles(String group, String resource) {
        return RESOURCES.contains(group.isEmpty() ? resource : resource + "." + group);
    }

    @Override
    public boolean handlesStatus() {
        return true;
    }

    @Override
    public void admit(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        nodeOf(context, object)
                .flatMap(node -> wrong(context, node, object, old))
                .ifPresent(why -> {
                    throw PodAdmission.forbidden(context, object, why);
                });
    }

    /** Updates of the objects themselves have passed {@link #admit}; here come those of their status as well. */
    @Override
    public Runnable validate(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        if (old != null) {
            nodeOf(context, object)
                    .flatMap(node -> switch (context.resource().qualifiedResource()) {
                        case "pods" -> NodePods.status(node, object, old);
                        case "nodes" -> named(context, node, object).or(() -> update(node, object, old));
                        case "persistentvolumeclaims" -> claimStatus(node, object, old);
                        default -> Optional.empty();
                    })
                    .ifPresent(why -> {
                        throw PodAdmission.forbidden(context, object, why);
                    });
        }
        return () -> {};
    }

    @Override
    public void validateDelete(WriteContext context, ObjectNode object) {
        nodeOf(context, object)
                .flatMap(node -> switch (context.resource().qualifiedResource()) {
                    case "pods" ->
                        NodePods.isOn(node, object)
                                ? Optional.empty()
                                : Optional.of("node " + quote(node)
                                        + " can only delete pods with spec.nodeName set to itself");
                    case "resourceslices.resource.k8s.io" -> slice(node, object, "delete");
                    case "certificatesigningrequests.certificates.k8s.io" -> Optional.empty();
                    default -> named(context, node, object);
                })
                .ifPresent(why -> {
                    throw PodAdmission.forbidden(context, object, why);
                });
    }

    private Optional<String> wrong(WriteContext context, String node, ObjectNode object, @Nullable ObjectNode old) {
        return switch (context.resource().qualifiedResource()) {
            case "pods" ->
                old == null
                        ? pod(context, node, object)
                        : Optional.of("unexpected operation \"UPDATE\", node " + quote(node)
                                + " can only create and delete mirror pods");
            case "nodes" ->
                named(context, node, object).or(() -> old == null ? creation(node, object) : update(node, object, old));
            case "resourceslices.resource.k8s.io" -> old == null ? slice(node, object, "create") : Optional.empty();
            case "certificatesigningrequests.certificates.k8s.io" ->
                old == null ? request(node, object.path("spec")) : Optional.empty();
            default -> named(context, node, object);
        };
    }

    /** The rules of kinds of which a node has one, of its own name, or none. */
    private static Optional<String> named(WriteContext context, String node, JsonNode object) {
        boolean own = object.path("metadata").path("name").asText("").equals(node);
        return switch (context.resource().qualifiedResource()) {
            case "persistentvolumeclaims" -> Optional.of("may only update PVC status");
            case "leases.coordination.k8s.io" ->
                !context.namespace().equals(LEASES)
                        ? Optional.of("can only access leases in the " + quote(LEASES) + " system namespace")
                        : own
                                ? Optional.empty()
                                : Optional.of("can only access node lease with the same name as the requesting node");
            case "csinodes.storage.k8s.io" ->
                own
                        ? Optional.empty()
                        : Optional.of("can only access CSINode with the same name as the requesting node");
            default ->
                own
                        ? Optional.empty()
                        : Optional.of("node " + quote(node) + " is not allowed to modify node "
                                + quote(object.path("metadata").path("name").asText("")));
        };
    }

    private Optional<String> pod(WriteContext context, String node, JsonNode pod) {
        return NodePods.creation(node, pod)
                .or(() -> owner(context, node, pod))
                .or(() -> NodePods.references(node, pod));
    }

    private Optional<String> owner(WriteContext context, String node, JsonNode pod) {
        String told =
                pod.path("metadata").path("ownerReferences").path(0).path("uid").asText("");
        String uid = find(context, resources.of("", "nodes"), "", node)
                .path("metadata")
                .path("uid")
                .asText("");
        return told.equals(uid)
                ? Optional.empty()
                : Optional.of("node " + node + " UID mismatch: expected " + told + " got " + uid);
    }

    private static Optional<String> creation(String node, JsonNode object) {
        if (object.path("spec").hasNonNull("configSource")) {
            return Optional.of("node " + quote(node) + " is not allowed to create pods with a non-nil configSource");
        }
        SortedSet<String> labels = NodeLabels.forbidden(object.path("metadata").path("labels"), object.path("none"));
        return labels.isEmpty()
                ? Optional.empty()
                : Optional.of("node " + quote(node) + " is not allowed to set the following labels: "
                        + String.join(", ", labels));
    }

    private static Optional<String> update(String node, JsonNode object, JsonNode old) {
        String name = "node " + quote(node);
        JsonNode source = object.path("spec").path("configSource");
        if (source.isObject() && !source.equals(old.path("spec").path("configSource"))) {
            return Optional.of(name + " is not allowed to update configSource to a new non-nil configSource");
        }
        if (!Trees.same(object.path("spec").path("taints"), old.path("spec").path("taints"))) {
            return Optional.of(name + " is not allowed to modify taints");
        }
        JsonNode metadata = object.path("metadata");
        JsonNode before = old.path("metadata");
        if (!Trees.same(metadata.path("ownerReferences"), before.path("ownerReferences"))) {
            return Optional.of(name + " is not allowed to modify ownerReferences");
        }
        SortedSet<String> labels = NodeLabels.forbidden(metadata.path("labels"), before.path("labels"));
        return labels.isEmpty()
                ? Optional.empty()
                : Optional.of("is not allowed to modify labels: " + String.join(", ", labels));
    }

    private static Optional<String> slice(String node, JsonNode slice, String verb) {
        return NodePods.isOn(node, slice)
                ? Optional.empty()
                : Optional.of("can only " + verb + " ResourceSlice with the same NodeName as the requesting node");
    }

    private static Optional<String> request(String node, JsonNode spec) {
        if (!SIGNERS.contains(spec.path("signerName").asText())) {
            return Optional.empty();
        }
        try {
            return SigningRequest.parse(spec.path("request")).commonName().equals(USER + node)
                    ? Optional.empty()
                    : Optional.of("can only create a node CSR with CN=" + USER + node);
        } catch (IllegalArgumentException e) {
            return Optional.of("unable to parse csr: " + e.getMessage());
        }
    }

    private static Optional<String> claimStatus(String node, ObjectNode claim, ObjectNode old) {
        List<String> changed = Stream.of("metadata", "spec", "status")
                .filter(part -> !Trees.same(rest(claim, part), rest(old, part)))
                .toList();
        return changed.isEmpty()
                ? Optional.empty()
                : Optional.of("node " + quote(node)
                        + " is not allowed to update fields other than status.capacity and status.conditions: "
                        + String.join(", ", changed));
    }

    /** What is left of a part of a claim without what may change. */
    private static JsonNode rest(ObjectNode claim, String part) {
        if (!(claim.get(part) instanceof ObjectNode object)) {
            return claim.path(part);
        }
        ObjectNode rest = object.deepCopy();
        if (part.equals("status")) {
            rest.remove(CLAIM_STATUS);
        } else if (part.equals("metadata")) {
            rest.remove(List.of("resourceVersion", "managedFields"));
        }
        return rest;
    }

    /** The handler of a subresource of pods or service accounts, for those who may use it. */
    public SubresourceHandler guard(String subresource, SubresourceHandler handler) {
        return new SubresourceHandler() {
            @Override
            public Set<String> otherVersions() {
                return handler.otherVersions();
            }

            @Override
            public ObjectNode read(WriteContext context) {
                return handler.read(context);
            }

            @Override
            public ObjectNode create(WriteContext context, ObjectNode body) {
                check(context, subresource, body);
                return handler.create(context, body);
            }

            @Override
            public ObjectNode update(WriteContext context, ObjectNode body) {
                check(context, subresource, body);
                return handler.update(context, body);
            }
        };
    }

    private void check(WriteContext context, String subresource, ObjectNode body) {
        nodeOf(context, body)
                .flatMap(node -> switch (subresource) {
                    case "token" -> token(context, node, body.path("spec").path("boundObjectRef"));
                    case "eviction" ->
                        NodePods.isOn(node, find(context, context.resource(), context.namespace(), context.name()))
                                ? Optional.empty()
                                : Optional.of("node " + node + " can only evict pods with spec.nodeName set to itself");
                    default ->
                        Optional.of("unexpected pod subresource " + quote(subresource)
                                + ", only 'status' and 'eviction' are allowed");
                })
                .ifPresent(why -> {
                    throw StatusException.forbidden(context.resource(), context.name(), why);
                });
    }

    private Optional<String> token(WriteContext context, String node, JsonNode bound) {
        String name = bound.path("name").asText("");
        if (!bound.path("apiVersion").asText().equals("v1")
                || !bound.path("kind").asText().equals("Pod")
                || name.isEmpty()) {
            return Optional.of("node requested token not bound to a pod");
        }
        String uid = bound.path("uid").asText("");
        if (uid.isEmpty()) {
            return Optional.of("node requested token with a pod binding without a uid");
        }
        ObjectNode pod = find(context, resources.of("", "pods"), context.namespace(), name);
        if (!pod.path("metadata").path("uid").asText().equals(uid)) {
            return Optional.of("the UID in the bound object reference (" + uid + ") does not match the UID in record."
                    + " The object might have been deleted and then recreated");
        }
        return NodePods.isOn(node, pod)
                ? Optional.empty()
                : Optional.of("node requested token bound to a pod scheduled on a different node");
    }

    private static ObjectNode find(WriteContext context, ResourceInfo resource, String namespace, String name) {
        return context.store()
                .cached(resource, namespace, name)
                .or(() -> context.store().get(resource, namespace, name))
                .orElseThrow(() -> StatusException.notFound(resource, name));
    }

    /** Returns the name of the node that asks, if one does. */
    private static Optional<String> nodeOf(WriteContext context, JsonNode object) {
        String user = context.user().name();
        if (!user.startsWith(USER) || !context.user().isIn(GROUP)) {
            return Optional.empty();
        }
        if (user.equals(USER)) {
            throw PodAdmission.forbidden(context, object, "could not determine node from user " + quote(user));
        }
        return Optional.of(user.substring(USER.length()));
    }
}
