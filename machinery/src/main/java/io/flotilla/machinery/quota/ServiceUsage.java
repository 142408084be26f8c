package io.flotilla.machinery.quota;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.machinery.object.Quantity;
import java.time.Instant;
import java.util.Map;

/** Services, and the node ports and load balancers that they take. */
final class ServiceUsage implements QuotaUsage {
    private static final String COUNT = QuotaUsage.countOf("", "services");
    private static final String ALL = "services";
    private static final String NODE_PORTS = "services.nodeports";
    private static final String LOAD_BALANCERS = "services.loadbalancers";

    @Override
    public boolean handlesUpdate(JsonNode object, JsonNode old) {
        return true;
    }

    @Override
    public boolean measures(String entry) {
        return switch (entry) {
            case "count/services", ALL, NODE_PORTS, LOAD_BALANCERS -> true;
            default -> false;
        };
    }

    @Override
    public Map<String, Quantity> amounts(JsonNode service, Instant now) {
        JsonNode spec = service.path("spec");
        boolean balanced = spec.path("type").asText().equals("LoadBalancer");
        return Map.of(
                COUNT, Quantity.of(1),
                ALL, Quantity.of(1),
                NODE_PORTS, Quantity.of(nodePorts(spec, balanced)),
                LOAD_BALANCERS, Quantity.of(balanced ? 1 : 0));
    }

    /** A load balancer that does without node ports takes those that it names. */
    private static long nodePorts(JsonNode spec, boolean balanced) {
        JsonNode ports = spec.path("ports");
        if (balanced && !spec.path("allocateLoadBalancerNodePorts").asBoolean(true)) {
            return ports.valueStream()
                    .filter(port -> port.path("nodePort").asInt() != 0)
                    .count();
        }
        return balanced || spec.path("type").asText().equals("NodePort") ? ports.size() : 0;
    }
}
