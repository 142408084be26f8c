package io.flotilla.apiserver.registry.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.List;

/**
 * What follows when a service changes its type: writers that do not name what was allocated keep it, and what the new
 * type cannot have goes if the writer merely left it standing.
 */
final class ServiceTypeChange {
    private ServiceTypeChange() {}

    static boolean needsClusterIp(JsonNode spec) {
        return !Trees.text(spec, "type").equals("ExternalName");
    }

    static boolean needsNodePorts(JsonNode spec) {
        return switch (Trees.text(spec, "type")) {
            case "NodePort" -> true;
            case "LoadBalancer" -> spec.path("allocateLoadBalancerNodePorts").asBoolean(true);
            default -> false;
        };
    }

    static void keepAllocated(ObjectNode spec, ObjectNode before) {
        if (needsClusterIp(spec) && needsClusterIp(before)) {
            boolean unnamed = Trees.text(spec, "clusterIP").isEmpty()
                    && spec.path("clusterIPs").isEmpty();
            if (unnamed) {
                Trees.restore(spec, before, "clusterIP");
                Trees.restore(spec, before, "clusterIPs");
            }
        }
        if (needsNodePorts(spec) && needsNodePorts(before)) {
            for (JsonNode port : spec.path("ports")) {
                if (port.path("nodePort").longValue() == 0) {
                    keepNodePort(spec, (ObjectNode) port, before);
                }
            }
        }
        if (ServiceRules.needsHealthCheck(Field.of(spec))
                && ServiceRules.needsHealthCheck(Field.of(before))
                && spec.path("healthCheckNodePort").longValue() == 0) {
            Trees.restore(spec, before, "healthCheckNodePort");
        }
    }

    private static void keepNodePort(ObjectNode spec, ObjectNode port, ObjectNode before) {
        for (JsonNode old : before.path("ports")) {
            boolean same = old.path("port").equals(port.path("port"))
                    && old.path("protocol").equals(port.path("protocol"));
            long nodePort = old.path("nodePort").longValue();
            if (same && nodePort != 0 && !isNamed(spec, old)) {
                port.put("nodePort", nodePort);
            }
        }
    }

    /** Whether another port of the service asks for the old one's node port. */
    private static boolean isNamed(ObjectNode spec, JsonNode old) {
        for (JsonNode port : spec.path("ports")) {
            if (port.path("nodePort").equals(old.path("nodePort"))
                    && port.path("protocol").equals(old.path("protocol"))) {
                return true;
            }
        }
        return false;
    }

    static void dropWhatTypeForbids(ObjectNode spec, ObjectNode before) {
        if (needsClusterIp(before) && !needsClusterIp(spec)) {
            boolean left = Trees.same(spec.path("clusterIP"), before.path("clusterIP"))
                    && Trees.same(spec.path("clusterIPs"), before.path("clusterIPs"));
            if (left) {
                spec.remove(List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"));
            }
        }
        if (needsNodePorts(before) && !needsNodePorts(spec) && sameNodePorts(spec, before)) {
            spec.path("ports").forEach(port -> ((ObjectNode) port).remove("nodePort"));
        }
        Field now = Field.of(spec);
        if (!ServiceRules.needsHealthCheck(now)
                && Trees.same(spec.get("healthCheckNodePort"), before.get("healthCheckNodePort"))) {
            spec.remove("healthCheckNodePort");
        }
        if (!Trees.text(spec, "type").equals("LoadBalancer")) {
            for (String name : List.of("allocateLoadBalancerNodePorts", "loadBalancerClass")) {
                if (Trees.same(spec.get(name), before.get(name))) {
                    spec.remove(name);
                }
            }
        }
        if (!ServiceRules.isExternal(now)
                && Trees.same(spec.get("externalTrafficPolicy"), before.get("externalTrafficPolicy"))) {
            spec.remove("externalTrafficPolicy");
        }
        if (!Trees.text(spec, "type").equals("ExternalName")
                && Trees.text(before, "type").equals("ExternalName")
                && Trees.same(spec.get("externalName"), before.get("externalName"))) {
            spec.remove("externalName");
        }
    }

    private static boolean sameNodePorts(ObjectNode spec, ObjectNode before) {
        for (JsonNode port : spec.path("ports")) {
            boolean known = port.path("nodePort").longValue() == 0;
            for (JsonNode old : before.path("ports")) {
                known |= old.path("nodePort").equals(port.path("nodePort"));
            }
            if (!known) {
                return false;
            }
        }
        return true;
    }
}
