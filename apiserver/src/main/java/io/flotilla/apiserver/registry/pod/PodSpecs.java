package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Metadata;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules of a pod's spec as a whole, in a pod and in a template. */
public final class PodSpecs {
    private static final List<String> DNS_POLICIES =
            List.of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");

    private PodSpecs() {}

    /** Checks a pod template: labels, annotations and the spec. */
    public static void checkTemplate(Field template, Findings findings) {
        Metadata.labels(template.at("metadata", "labels").as(template.path() + ".labels"), findings);
        Field annotations = template.at("metadata", "annotations").as(template.path() + ".annotations");
        Metadata.annotations(annotations, findings);
        PodAnnotations.check(annotations, template.at("spec"), findings);
        check(template.at("spec"), "", false, findings);
        Field ephemeral = template.at("spec", "ephemeralContainers");
        if (!ephemeral.isEmpty()) {
            findings.forbidden(ephemeral, "ephemeral containers not allowed in pod template");
        }
    }

    static void check(Field spec, String podName, boolean ofPod, Findings findings) {
        if (!spec.has("terminationGracePeriodSeconds")) {
            findings.required(spec.at("terminationGracePeriodSeconds"));
        }
        Map<String, Field> volumes = VolumeRules.check(spec.at("volumes"), podName, ofPod, findings);
        checkClaims(spec.at("resourceClaims"), findings);
        ContainerRules containers = new ContainerRules(spec, volumes, ofPod, findings);
        containers.checkAll();
        ResourceRules.checkPodLevel(spec, containers.podClaims(), findings);
        Field restartPolicy = spec.at("restartPolicy");
        if (restartPolicy.isEmpty()) {
            findings.required(restartPolicy);
        } else if (!Set.of("Always", "OnFailure", "Never").contains(restartPolicy.text())) {
            findings.notSupported(restartPolicy, List.of("Always", "OnFailure", "Never"));
        }
        Field dnsPolicy = spec.at("dnsPolicy");
        if (dnsPolicy.isEmpty()) {
            findings.required(dnsPolicy);
        } else if (!DNS_POLICIES.contains(dnsPolicy.text())) {
            findings.notSupported(dnsPolicy, DNS_POLICIES);
        }
        Metadata.labels(spec.at("nodeSelector"), findings);
        SecurityRules.checkPod(spec.at("securityContext"), spec, findings);
        SchedulingRules.checkAffinity(spec.at("affinity"), findings);
        checkDns(spec, findings);
        for (Field gate : spec.at("readinessGates").items()) {
            findings.invalid(
                    gate.at("conditionType"), gate.text("conditionType"), Names.qualified(gate.text("conditionType")));
        }
        checkSchedulingGates(spec.at("schedulingGates"), findings);
        SchedulingRules.checkSpread(spec.at("topologySpreadConstraints"), findings);
        checkHostUsers(spec, findings);
        checkNames(spec, findings);
        if (spec.has("activeDeadlineSeconds")) {
            findings.inRange(spec.at("activeDeadlineSeconds"), 1, Integer.MAX_VALUE);
        }
        SchedulingRules.checkTolerations(spec.at("tolerations"), findings);
        for (Field alias : spec.at("hostAliases").items()) {
            Addresses.check(alias.at("ip"), findings);
            alias.at("hostnames").items().forEach(host -> findings.invalid(host, Names.subdomain(host.text())));
        }
        Field preemption = spec.at("preemptionPolicy");
        if (preemption.isSet()) {
            checkPreemptionPolicy(preemption, findings);
        }
        ResourceRules.checkOverhead(spec.at("overhead"), findings);
        OsRules.check(spec, findings);
        if (ofPod) {
            checkTokens(spec, findings);
            containers.checkPodOnly();
        }
    }

    public static void checkPreemptionPolicy(Field policy, Findings findings) {
        if (policy.isEmpty()) {
            findings.required(policy);
        } else if (!policy.is("PreemptLowerPriority") && !policy.is("Never")) {
            findings.notSupported(policy, List.of("PreemptLowerPriority", "Never"));
        }
    }

    private static void checkNames(Field spec, Findings findings) {
        for (String name : List.of("serviceAccountName", "nodeName")) {
            checkName(spec.at(name), false, findings);
        }
        checkName(spec.at("hostname"), true, findings);
        checkName(spec.at("subdomain"), true, findings);
        checkName(spec.at("priorityClassName"), false, findings);
        Field runtimeClass = spec.at("runtimeClassName");
        if (runtimeClass.isSet()) {
            findings.invalid(runtimeClass, Names.subdomain(runtimeClass.text()));
        }
    }

    private static void checkName(Field name, boolean label, Findings findings) {
        if (!name.isEmpty()) {
            findings.invalid(name, label ? Names.label(name.text()) : Names.subdomain(name.text()));
        }
    }

    private static void checkTokens(Field spec, Findings findings) {
        if (!spec.text("serviceAccountName").isEmpty()) {
            return;
        }
        for (Field volume : spec.at("volumes").items()) {
            for (Field source : volume.at("projected", "sources").items()) {
                if (source.has("serviceAccountToken")) {
                    findings.forbidden(
                            source.at("serviceAccountToken"),
                            "must not be specified when serviceAccountName is not set");
                }
            }
        }
    }

    private static void checkClaims(Field claims, Findings findings) {
        Set<String> names = new HashSet<>();
        for (Field claim : claims.items()) {
            Field name = claim.at("name");
            if (name.isEmpty()) {
                findings.required(name);
            } else if (!names.add(name.text())) {
                findings.duplicate(name);
            } else {
                findings.invalid(name, Names.label(name.text()));
            }
            boolean direct = claim.has("resourceClaimName");
            boolean template = claim.has("resourceClaimTemplateName");
            if (direct && template) {
                findings.invalid(
                        claim, "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
            } else if (!direct && !template) {
                findings.invalid(claim, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
            }
            for (String each : List.of("resourceClaimName", "resourceClaimTemplateName")) {
                if (claim.has(each)) {
                    findings.invalid(claim.at(each), Names.subdomain(claim.text(each)));
                }
            }
        }
    }

    private static void checkDns(Field spec, Findings findings) {
        Field config = spec.at("dnsConfig");
        Field servers = config.at("nameservers");
        if (spec.at("dnsPolicy").is("None")) {
            if (!config.isSet()) {
                findings.required(config, "must provide `dnsConfig` when `dnsPolicy` is None");
                return;
            }
            if (servers.isEmpty()) {
                findings.required(servers, "must provide at least one DNS nameserver when `dnsPolicy` is None");
                return;
            }
        }
        if (servers.size() > 3) {
            findings.invalid(servers, "must not have more than 3 nameservers");
        }
        servers.items().forEach(server -> Addresses.check(server, findings));
        Field searches = config.at("searches");
        if (searches.size() > 32) {
            findings.invalid(searches, "must not have more than 32 search paths");
        }
        if (String.join(" ", searches.texts()).length() > 2048) {
            findings.invalid(searches, "must not have more than 2048 characters (including spaces) in the search list");
        }
        for (Field search : searches.items()) {
            String text = search.text();
            if (!text.equals(".")) {
                String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
                findings.invalid(search, name, Names.subdomainWithUnderscore(name));
            }
        }
        for (Field option : config.at("options").items()) {
            if (option.text("name").isEmpty()) {
                findings.required(option, "must not be empty");
            }
        }
    }

    private static void checkSchedulingGates(Field gates, Findings findings) {
        Set<String> seen = new HashSet<>();
        for (Field gate : gates.items()) {
            String name = gate.text("name");
            findings.invalid(gate, name, Names.qualified(name));
            if (!seen.add(name)) {
                findings.duplicate(gate, name);
            }
        }
    }

    private static void checkHostUsers(Field spec, Findings findings) {
        if (!spec.has("hostUsers") || spec.flag("hostUsers")) {
            return;
        }
        String words = "when `pod.Spec.HostUsers` is false";
        if (spec.flag("hostNetwork")) {
            findings.forbidden(spec.at("hostNetwork"), words);
        }
        if (spec.flag("hostPID")) {
            findings.forbidden(spec.at("HostPID"), words);
        }
        if (spec.flag("hostIPC")) {
            findings.forbidden(spec.at("HostIPC"), words);
        }
    }
}
