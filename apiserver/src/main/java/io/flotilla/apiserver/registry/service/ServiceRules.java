package io.flotilla.apiserver.registry.service;

import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.IntOrPercent;
import io.flotilla.apiserver.registry.validation.Metadata;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a service may say. */
final class ServiceRules {
    private static final Set<String> TYPES = Set.of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName");
    private static final String ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'";
    private static final String TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints";
    private static final String TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";
    private static final int MAX_AFFINITY_SECONDS = 86_400;

    private final Field spec;
    private final boolean loopbackIsOrdinary;
    private final Findings findings;

    private ServiceRules(Field spec, boolean loopbackIsOrdinary, Findings findings) {
        this.spec = spec;
        this.loopbackIsOrdinary = loopbackIsOrdinary;
        this.findings = findings;
    }

    static void check(Field service, boolean loopbackIsOrdinary, Findings findings) {
        Field annotations = service.at("metadata", "annotations");
        if (annotations.has(TOPOLOGY_MODE)
                && annotations.has(TOPOLOGY_HINTS)
                && !annotations.text(TOPOLOGY_MODE).equals(annotations.text(TOPOLOGY_HINTS))) {
            findings.invalid(
                    annotations.key(TOPOLOGY_MODE),
                    "must match annotations[" + TOPOLOGY_HINTS + "] when both are specified");
        }
        new ServiceRules(service.at("spec"), loopbackIsOrdinary, findings).checkSpec();
    }

    static boolean isHeadless(Field spec) {
        Field ips = spec.at("clusterIPs");
        return ips.size() == 1 && ips.index(0).is("None");
    }

    private boolean isType(String type) {
        return spec.at("type").is(type);
    }

    private void checkSpec() {
        boolean headless = isHeadless(spec);
        if (spec.at("ports").isEmpty() && !headless && !isType("ExternalName")) {
            findings.required(spec.at("ports"));
        }
        if (headless && (isType("LoadBalancer") || isType("NodePort"))) {
            findings.invalid(
                    spec.at("clusterIPs").index(0), "may not be set to 'None' for " + spec.text("type") + " services");
        }
        if (isType("ExternalName")) {
            checkExternalName();
        }
        checkPorts();
        Metadata.labels(spec.at("selector"), findings);
        checkAffinity();
        ServiceAddressRules.check(spec, findings);
        for (Field ip : spec.at("externalIPs").items()) {
            Addresses.checkNotSpecial(ip, loopbackIsOrdinary, findings);
        }
        findings.requiredOneOf(spec.at("type"), TYPES);
        checkPortConflicts();
        checkSourceRanges();
        Field allocate = spec.at("allocateLoadBalancerNodePorts");
        if (allocate.isSet() && !isType("LoadBalancer")) {
            findings.forbidden(allocate, ONLY_BALANCED);
        } else if (!allocate.isSet() && isType("LoadBalancer")) {
            findings.required(allocate.as("allocateLoadBalancerNodePorts"));
        }
        Field balancer = spec.at("loadBalancerClass");
        if (balancer.isSet()) {
            if (isType("LoadBalancer")) {
                findings.invalid(balancer, Names.qualified(balancer.text()));
            } else {
                findings.forbidden(balancer, ONLY_BALANCED);
            }
        }
        checkTraffic();
    }

    private void checkExternalName() {
        for (Map.Entry<String, Boolean> field : Map.of("clusterIPs", true, "ipFamilies", true, "ipFamilyPolicy", false)
                .entrySet()) {
            if (!spec.at(field.getKey()).isEmpty()) {
                findings.forbidden(spec.at(field.getKey()), "may not be set for ExternalName services");
            }
        }
        String name = spec.text("externalName");
        String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (bare.isEmpty()) {
            findings.required(spec.at("externalName"));
        } else {
            findings.invalid(spec.at("externalName"), bare, Names.subdomain(bare));
        }
    }

    private void checkPorts() {
        Set<String> names = new HashSet<>();
        boolean several = spec.at("ports").size() > 1;
        for (Field port : spec.at("ports").items()) {
            Field name = port.at("name");
            if (!name.isEmpty()) {
                findings.invalid(name, Names.label(name.text()));
                if (!names.add(name.text())) {
                    findings.duplicate(name);
                }
            } else if (several) {
                findings.required(name);
            }
            IntOrPercent.portNumber(port.at("port"), findings);
            findings.requiredOneOf(port.at("protocol"), Set.copyOf(IntOrPercent.PROTOCOLS));
            IntOrPercent.checkPort(port.at("targetPort"), findings);
            if (port.has("appProtocol")) {
                findings.invalid(port.at("appProtocol"), Names.qualified(port.text("appProtocol")));
            }
        }
    }

    private void checkAffinity() {
        Field affinity = spec.at("sessionAffinity");
        Field config = spec.at("sessionAffinityConfig");
        findings.requiredOneOf(affinity, Set.of("ClientIP", "None"));
        if (affinity.is("ClientIP")) {
            Field timeout = config.at("clientIP", "timeoutSeconds");
            for (Field needed : List.of(config, config.at("clientIP"), timeout)) {
                if (!needed.isSet()) {
                    findings.required(needed, "when session affinity type is ClientIP");
                    return;
                }
            }
            if (timeout.number() <= 0 || timeout.number() > MAX_AFFINITY_SECONDS) {
                findings.invalid(timeout, "must be greater than 0 and less than " + MAX_AFFINITY_SECONDS);
            }
        } else if (affinity.is("None") && config.isSet()) {
            findings.forbidden(config, "must not be set when session affinity is None");
        }
    }

    private void checkPortConflicts() {
        Set<String> nodePorts = new HashSet<>();
        Set<String> ports = new HashSet<>();
        for (Field port : spec.at("ports").items()) {
            Field nodePort = port.at("nodePort");
            if (nodePort.number() != 0) {
                if (isType("ClusterIP")) {
                    findings.forbidden(nodePort, "may not be used when `type` is 'ClusterIP'");
                }
                if (!nodePorts.add(port.text("protocol") + nodePort.number())) {
                    findings.duplicate(nodePort);
                }
            }
            if (!ports.add(port.text("protocol") + port.number("port"))) {
                findings.duplicate(port);
            }
        }
    }

    private void checkSourceRanges() {
        Field ranges = spec.at("loadBalancerSourceRanges").as("spec.LoadBalancerSourceRanges");
        if (ranges.isEmpty()) {
            return;
        }
        if (!isType("LoadBalancer")) {
            findings.forbidden(ranges, ONLY_BALANCED);
        }
        for (Field range : ranges.items()) {
            Addresses.checkBlock(range, range.text().strip(), findings);
        }
    }

    /** Whether traffic reaches the service from outside the cluster. */
    static boolean isExternal(Field spec) {
        return switch (spec.text("type")) {
            case "LoadBalancer", "NodePort" -> true;
            case "ClusterIP" -> spec.at("externalIPs").size() > 0;
            default -> false;
        };
    }

    static boolean needsHealthCheck(Field spec) {
        return spec.at("type").is("LoadBalancer")
                && spec.at("externalTrafficPolicy").is("Local");
    }

    private void checkTraffic() {
        Field external = spec.at("externalTrafficPolicy");
        if (!isExternal(spec)) {
            if (!external.isEmpty()) {
                findings.invalid(external, "may only be set for externally-accessible services");
            }
        } else {
            findings.requiredOneOf(external, Set.of("Cluster", "Local"));
        }
        Field health = spec.at("healthCheckNodePort");
        if (health.number() != 0) {
            if (!needsHealthCheck(spec)) {
                findings.invalid(
                        health, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
            } else {
                IntOrPercent.portNumber(health, findings);
            }
        }
        Field internal = spec.at("internalTrafficPolicy");
        if (internal.isSet()) {
            findings.oneOf(internal, Set.of("Cluster", "Local"));
        } else if (!isType("ExternalName") && TYPES.contains(spec.text("type"))) {
            findings.required(internal);
        }
        Field distribution = spec.at("trafficDistribution");
        if (distribution.isSet()) {
            List<String> known = List.of("PreferClose", "PreferSameNode", "PreferSameZone");
            if (!known.contains(distribution.text())) {
                findings.notSupported(distribution, known);
            }
        }
    }

    /** Checks {@code status.loadBalancer}. */
    static void checkBalancerStatus(Field service, Findings findings) {
        Field ingress = service.at("status", "loadBalancer", "ingress");
        if (!ingress.isEmpty() && !service.at("spec", "type").is("LoadBalancer")) {
            findings.forbidden(ingress, "may only be used when `spec.type` is 'LoadBalancer'");
            return;
        }
        for (Field each : ingress.items()) {
            Field mode = each.at("ipMode");
            boolean hasIp = !each.text("ip").isEmpty();
            if (hasIp) {
                Addresses.check(each.at("ip"), findings);
            }
            if (!mode.isSet()) {
                if (hasIp) {
                    findings.required(mode, "must be specified when `ip` is set");
                }
            } else if (!hasIp) {
                findings.forbidden(mode, "may not be specified when `ip` is not set");
            } else {
                findings.oneOf(mode, Set.of("Proxy", "VIP"));
            }
            Field host = each.at("hostname");
            if (!host.isEmpty()) {
                findings.invalid(host, Names.subdomain(host.text()));
                if (Addresses.tryParse(host.text()) != null) {
                    findings.invalid(host, "must be a DNS name, not an IP address");
                }
            }
        }
    }
}
