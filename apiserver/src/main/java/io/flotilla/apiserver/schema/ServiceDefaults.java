package io.flotilla.apiserver.schema;

import static io.flotilla.apiserver.schema.FunctionDefaults.text;
import static io.flotilla.apiserver.schema.FunctionDefaults.unset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** The defaults of a Service that depend on its type, its affinity and its ports. */
final class ServiceDefaults {
    private static final int AFFINITY_SECONDS = 10800;
    private static final Set<String> EXTERNAL = Set.of("LoadBalancer", "NodePort");

    private ServiceDefaults() {}

    static void apply(ObjectNode service) {
        if (!(service.get("spec") instanceof ObjectNode spec)) {
            return;
        }
        sessionAffinity(spec);
        ports(spec);
        String type = text(spec, "type");
        boolean external = EXTERNAL.contains(type)
                || (type.equals("ClusterIP") && !spec.path("externalIPs").isEmpty());
        if (external && text(spec, "externalTrafficPolicy").isEmpty()) {
            spec.put("externalTrafficPolicy", "Cluster");
        }
        if (type.equals("LoadBalancer")) {
            for (JsonNode each : service.path("status").path("loadBalancer").path("ingress")) {
                if (each instanceof ObjectNode ingress && !text(ingress, "ip").isEmpty() && unset(ingress, "ipMode")) {
                    ingress.put("ipMode", "VIP");
                }
            }
        }
    }

    private static void sessionAffinity(ObjectNode spec) {
        String affinity = text(spec, "sessionAffinity");
        if (affinity.equals("None")) {
            spec.remove("sessionAffinityConfig");
        } else if (affinity.equals("ClientIP")
                && unset(spec.path("sessionAffinityConfig").path("clientIP"), "timeoutSeconds")) {
            spec.putObject("sessionAffinityConfig").putObject("clientIP").put("timeoutSeconds", AFFINITY_SECONDS);
        }
    }

    private static void ports(ObjectNode spec) {
        for (JsonNode each : spec.path("ports")) {
            if (each instanceof ObjectNode port) {
                if (text(port, "protocol").isEmpty()) {
                    port.put("protocol", "TCP");
                }
                if (DefaultRule.isZero(port.get("targetPort")) && port.has("port")) {
                    port.set("targetPort", port.get("port"));
                }
            }
        }
    }
}
