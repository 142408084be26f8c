package io.flotilla.apiserver.registry.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one write of a service takes of the cluster's addresses and node ports, to be given back if the write fails. */
final class ServiceClaims {
    private final WriteContext context;
    private final ObjectNode spec;
    private final String namespace;
    private final String name;
    private final ClusterAddresses addresses;
    private final NodePorts nodePorts;
    private final List<String> takenAddresses = new ArrayList<>();
    private final List<Integer> takenPorts = new ArrayList<>();

    ServiceClaims(WriteContext context, ObjectNode service, ClusterAddresses addresses, NodePorts nodePorts) {
        this.context = context;
        this.spec = Trees.child(service, "spec");
        this.namespace = Trees.text(service, "metadata", "namespace");
        this.name = Trees.text(service, "metadata", "name");
        this.addresses = addresses;
        this.nodePorts = nodePorts;
    }

    /** Takes what the service needs beyond what it already has. */
    void claim(ObjectNode before) {
        try {
            if (ServiceTypeChange.needsClusterIp(spec)) {
                claimAddress(before);
            }
            if (ServiceTypeChange.needsNodePorts(spec)) {
                claimPorts(before);
            }
            if (ServiceRules.needsHealthCheck(Field.of(spec))) {
                claimHealthPort(before);
            }
        } catch (RuntimeException e) {
            giveBack();
            throw e;
        }
    }

    private void claimAddress(ObjectNode before) {
        String ip = Trees.text(spec, "clusterIP");
        if (ip.equals("None") || (!ip.isEmpty() && ip.equals(Trees.text(before, "clusterIP")))) {
            return;
        }
        if (ip.isEmpty()) {
            String found = addresses.claimAny(context.store(), namespace, name, context.now());
            takenAddresses.add(found);
            spec.put("clusterIP", found);
            spec.putArray("clusterIPs").add(found);
            return;
        }
        try {
            addresses.claim(context.store(), namespace, name, ip, context.now());
            takenAddresses.add(ip);
        } catch (ClusterAddresses.AddressException e) {
            throw invalid(FieldError.invalid(
                    "spec.clusterIPs", spec.path("clusterIPs"), "failed to allocate IP " + ip + ": " + e.getMessage()));
        }
    }

    private void claimPorts(ObjectNode before) {
        Set<Integer> held = ports(before);
        // One port number may serve several protocols of the same service.
        Map<Integer, Integer> sameNumber = new HashMap<>();
        int i = 0;
        for (JsonNode each : spec.path("ports")) {
            ObjectNode port = (ObjectNode) each;
            int number = port.path("port").intValue();
            int asked = port.path("nodePort").intValue();
            if (asked == 0) {
                int found =
                        sameNumber.containsKey(number) ? sameNumber.get(number) : nodePorts.claimAny(context.store());
                if (!takenPorts.contains(found)) {
                    takenPorts.add(found);
                }
                port.put("nodePort", found);
                sameNumber.put(number, found);
            } else {
                if (held.add(asked)) {
                    claimPort("spec.ports[" + i + "].nodePort", asked);
                }
                sameNumber.put(number, asked);
            }
            i++;
        }
    }

    private void claimHealthPort(ObjectNode before) {
        int asked = spec.path("healthCheckNodePort").intValue();
        if (asked == 0) {
            int found = nodePorts.claimAny(context.store());
            takenPorts.add(found);
            spec.put("healthCheckNodePort", found);
        } else if (!ports(before).contains(asked)) {
            claimPort("spec.healthCheckNodePort", asked);
        }
    }

    private void claimPort(String field, int port) {
        try {
            nodePorts.claim(context.store(), port);
            takenPorts.add(port);
        } catch (NodePorts.PortException e) {
            throw invalid(FieldError.invalid(field, port, e.getMessage()));
        }
    }

    private StatusException invalid(FieldError error) {
        return StatusException.invalid("", "Service", name, List.of(error));
    }

    void giveBack() {
        takenAddresses.forEach(ip -> addresses.release(context.store(), namespace, name, ip));
        takenPorts.forEach(port -> nodePorts.release(context.store(), port));
    }

    /** Gives back what the service had and has no more. */
    static void release(
            WriteContext context, ObjectNode service, ObjectNode now, ClusterAddresses addresses, NodePorts nodePorts) {
        JsonNode had = service.path("spec");
        String ip = Trees.text(had, "clusterIP");
        if (!ip.isEmpty() && !ip.equals("None") && !ip.equals(Trees.text(now, "clusterIP"))) {
            addresses.release(
                    context.store(),
                    Trees.text(service, "metadata", "namespace"),
                    Trees.text(service, "metadata", "name"),
                    ip);
        }
        Set<Integer> kept = ports(now);
        for (int port : ports(had)) {
            if (!kept.contains(port)) {
                nodePorts.release(context.store(), port);
            }
        }
    }

    private static Set<Integer> ports(JsonNode spec) {
        Set<Integer> ports = new HashSet<>();
        spec.path("ports").forEach(port -> ports.add(port.path("nodePort").intValue()));
        ports.add(spec.path("healthCheckNodePort").intValue());
        ports.remove(0);
        return ports;
    }
}
