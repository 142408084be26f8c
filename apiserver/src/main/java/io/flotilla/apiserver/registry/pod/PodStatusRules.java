package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a pod's status may say. */
final class PodStatusRules {
    private static final Set<String> SYSTEM_CONDITIONS = Set.of("PodScheduled", "Ready", "Initialized");

    private PodStatusRules() {}

    static void check(Field pod, Field old, Findings findings) {
        Field status = pod.at("status");
        PodAnnotations.checkUpdate(
                pod.at("metadata", "annotations"), old.at("metadata", "annotations"), pod.at("spec"), findings);
        for (Field condition : status.at("conditions").items()) {
            String type = condition.text("type");
            if (!SYSTEM_CONDITIONS.contains(type)) {
                Field told = condition.as(condition.path().replaceFirst("^status", "metadata"));
                findings.invalid(told.at("Type"), type, Names.qualified(type));
            }
        }
        Field nominated = status.at("nominatedNodeName");
        if (!nominated.isEmpty() && !nominated.is(old.at("status").text("nominatedNodeName"))) {
            findings.invalid(nominated, Names.subdomain(nominated.text()));
        }
        findings.immutable(status.at("qosClass"), old.at("status", "qosClass"));
        String policy = old.at("spec").text("restartPolicy");
        checkTransitions("containerStatuses", policy, pod, old, findings);
        checkTransitions("initContainerStatuses", policy, pod, old, findings);
        checkTransitions("ephemeralContainerStatuses", "Never", pod, old, findings);
        checkClaims(pod, findings);
        checkAddresses(status.at("podIPs"), findings);
        Field hostIps = status.at("hostIPs");
        if (hostIps.size() > 0 && !hostIps.index(0).text("ip").equals(status.text("hostIP"))) {
            findings.invalid(hostIps.index(0).at("ip"), "must be equal to `hostIP`");
        }
        checkAddresses(hostIps, findings);
    }

    /** A container that ended for good does not come back to life. */
    private static void checkTransitions(String list, String podPolicy, Field pod, Field old, Findings findings) {
        if (podPolicy.equals("Always")) {
            return;
        }
        for (Field before : old.at("status", list).items()) {
            Field terminated = before.at("state", "terminated");
            if (!terminated.isSet() || mayRestart(list, podPolicy, before, terminated, old.at("spec"))) {
                continue;
            }
            boolean revived = pod.at("status", list)
                    .any(now -> now.text("name").equals(before.text("name"))
                            && !now.at("state").has("terminated"));
            if (revived) {
                findings.forbidden(before.at("state"), "may not be transitioned to non-terminated state");
            }
        }
    }

    private static boolean mayRestart(String list, String podPolicy, Field before, Field terminated, Field spec) {
        if (terminated.number("exitCode") != 0 && podPolicy.equals("OnFailure")) {
            return true;
        }
        String specList = list.equals("initContainerStatuses") ? "initContainers" : "containers";
        // A container with a restart policy of its own follows that one (KEP-5307).
        return spec.at(specList)
                .any(container -> container.text("name").equals(before.text("name")) && container.has("restartPolicy"));
    }

    private static void checkClaims(Field pod, Findings findings) {
        Set<String> names = new HashSet<>();
        for (Field claim : pod.at("status", "resourceClaimStatuses").items()) {
            Field name = claim.at("name");
            boolean known = pod.at("spec", "resourceClaims")
                    .any(each -> each.text("name").equals(name.text()));
            if (!known) {
                findings.invalid(name, name.text(), "must match the name of an entry in `spec.resourceClaims`");
            }
            if (!names.add(name.text())) {
                findings.duplicate(name);
            }
        }
    }

    private static void checkAddresses(Field addresses, Findings findings) {
        List<Field> items = addresses.items();
        Set<String> seen = new HashSet<>();
        Set<Boolean> families = new HashSet<>();
        for (Field item : items) {
            InetAddress address = Addresses.check(item, item.text("ip"), findings);
            if (address != null) {
                families.add(Addresses.isV4(address));
            }
            if (items.size() > 1 && !seen.add(item.text("ip"))) {
                findings.duplicate(item);
            }
        }
        if (items.size() > 2 || (items.size() == 2 && families.size() == 1)) {
            findings.invalid(addresses, "may specify no more than one IP for each IP family");
        }
    }
}
