package io.flotilla.apiserver.admission;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Quantity;
import java.time.Instant;
import java.util.Map;

/** Services, and the node ports and load balancers that they take. */
final class ServiceUsage implements QuotaUsage {
    private static final String COUNT = QuotaUsage.countOf("", "services");
    private static final String ALL = "services";
    private static final String NODE_PORTS = "services.nodeports";
    private static final String LOAD_BALANCERS = "services.loadbalancers";

    @Override
    public boolean handlesUpdate(Field object, Field old) {
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
    public Map<String, Quantity> amounts(Field service, Instant now) {
        Field spec = service.at("spec");
        boolean balanced = spec.at("type").is("LoadBalancer");
        return Map.of(
                COUNT, Quantity.of(1),
                ALL, Quantity.of(1),
                NODE_PORTS, Quantity.of(nodePorts(spec, balanced)),
                LOAD_BALANCERS, Quantity.of(balanced ? 1 : 0));
    }

    /** A load balancer that does without node ports takes those that it names. */
    private static long nodePorts(Field spec, boolean balanced) {
        if (balanced && spec.has("allocateLoadBalancerNodePorts") && !spec.flag("allocateLoadBalancerNodePorts")) {
            return spec.at("ports").items().stream()
                    .filter(port -> port.number("nodePort") != 0)
                    .count();
        }
        return balanced || spec.at("type").is("NodePort") ? spec.at("ports").size() : 0;
    }
}
