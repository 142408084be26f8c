package io.flotilla.apiserver.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.request.StatusException;
import java.util.List;

/** Where a node says that its agent listens. */
public final class AgentAddress {
    private static final int KUBELET = 10250;

    private AgentAddress() {}

    /** Host and port; fails with InternalError for a node that tells no address. */
    public static String of(JsonNode node) {
        JsonNode status = node.path("status");
        int port = status.path("daemonEndpoints")
                .path("kubeletEndpoint")
                .path("Port")
                .asInt(KUBELET);
        for (String type : List.of("InternalIP", "Hostname", "ExternalIP")) {
            for (JsonNode each : status.path("addresses")) {
                if (each.path("type").asText("").equals(type)) {
                    return each.path("address").asText("") + ":" + port;
                }
            }
        }
        throw StatusException.internal(
                "node " + node.path("metadata").path("name").asText() + " has no address");
    }
}
