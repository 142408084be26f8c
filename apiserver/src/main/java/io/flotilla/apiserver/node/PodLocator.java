package io.flotilla.apiserver.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Finds the agent that runs a pod, and the container that a request means. */
public final class PodLocator {
    private static final String DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

    private final ObjectStore store;
    private final ResourceInfo pods;
    private final ResourceInfo nodes;

    public PodLocator(ObjectStore store, Resources resources) {
        this.store = store;
        this.pods = resources.of("", "pods");
        this.nodes = resources.of("", "nodes");
    }

    /**
     * A pod on its node.
     *
     * @param agent address of the node's agent
     */
    public record Located(String namespace, String name, String uid, ObjectNode pod, String agent) {}

    /** Fails with NotFound for a pod that is not there, with BadRequest for one that is on no node. */
    public Located locate(String namespace, String name) {
        ObjectNode pod = store.get(pods, namespace, name).orElseThrow(() -> StatusException.notFound(pods, name));
        String nodeName = pod.path("spec").path("nodeName").asText("");
        if (nodeName.isEmpty()) {
            throw StatusException.badRequest("pod " + name + " does not have a host assigned");
        }
        // Not the cached one: an agent that has just moved to another port is not to be looked for at the old one.
        ObjectNode node = store.get(nodes, "", nodeName).orElseThrow(() -> StatusException.notFound(nodes, nodeName));
        String uid = pod.path("metadata").path("uid").asText("");
        return new Located(namespace, name, uid, pod, AgentAddress.of(node));
    }

    /** The container meant: the one named, else the only one, else the one that an annotation names. */
    public static String container(Located located, String asked) {
        JsonNode spec = located.pod().path("spec");
        List<String> containers = names(spec.path("containers"));
        if (!asked.isEmpty()) {
            boolean known = Stream.of("containers", "initContainers", "ephemeralContainers")
                    .anyMatch(list -> names(spec.path(list)).contains(asked));
            if (!known) {
                throw StatusException.badRequest("container " + asked + " is not valid for pod " + located.name());
            }
            return asked;
        }
        if (containers.size() == 1) {
            return containers.getFirst();
        }
        String annotated = located.pod()
                .path("metadata")
                .path("annotations")
                .path(DEFAULT_CONTAINER)
                .asText("");
        if (containers.contains(annotated)) {
            return annotated;
        }
        List<String> inits = names(spec.path("initContainers"));
        throw StatusException.badRequest("a container name must be specified for pod " + located.name()
                + ", choose one of: [" + String.join(" ", containers) + "]"
                + (inits.isEmpty() ? "" : " or one of the init containers: [" + String.join(" ", inits) + "]"));
    }

    private static List<String> names(JsonNode containers) {
        List<String> names = new ArrayList<>();
        containers.forEach(each -> names.add(each.path("name").asText("")));
        return names;
    }
}
