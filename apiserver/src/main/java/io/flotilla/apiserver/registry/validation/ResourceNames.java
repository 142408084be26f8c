package io.flotilla.apiserver.registry.validation;

import io.flotilla.machinery.object.ComputeResources;
import io.flotilla.machinery.object.Quantity;
import java.util.Set;

/** Names of compute resources and the rules of their amounts. */
public final class ResourceNames {
    private static final Set<String> STANDARD = Set.of(
            "cpu",
            "memory",
            "ephemeral-storage",
            "requests.cpu",
            "requests.memory",
            "requests.ephemeral-storage",
            "limits.cpu",
            "limits.memory",
            "limits.ephemeral-storage",
            "pods",
            "resourcequotas",
            "services",
            "replicationcontrollers",
            "secrets",
            "configmaps",
            "persistentvolumeclaims",
            "storage",
            "requests.storage",
            "services.nodeports",
            "services.loadbalancers");
    private static final Set<String> CONTAINER = Set.of("cpu", "memory", "ephemeral-storage");
    private static final Set<String> INTEGER = Set.of(
            "pods",
            "resourcequotas",
            "services",
            "replicationcontrollers",
            "secrets",
            "configmaps",
            "persistentvolumeclaims",
            "services.nodeports",
            "services.loadbalancers");

    private ResourceNames() {}

    private static boolean isQuotaHugePages(String name) {
        return ComputeResources.isHugePages(name)
                || name.startsWith("requests.hugepages-")
                || name.startsWith("limits.hugepages-");
    }

    /** Whether more than there is may be requested in limits: not so for huge pages and extended resources. */
    public static boolean isOvercommitAllowed(String name) {
        return ComputeResources.isNative(name) && !ComputeResources.isHugePages(name);
    }

    public static void check(Field field, String name, Findings findings) {
        var wrong = Names.qualified(name);
        findings.invalid(field, name, wrong);
        if (wrong.isEmpty() && name.indexOf('/') < 0 && !STANDARD.contains(name) && !isQuotaHugePages(name)) {
            findings.invalid(field, name, "must be a standard resource type or fully qualified");
        }
    }

    public static void checkContainer(Field field, String name, Findings findings) {
        check(field, name, findings);
        if (name.indexOf('/') < 0) {
            if (!CONTAINER.contains(name) && !ComputeResources.isHugePages(name)) {
                findings.invalid(field, name, "must be a standard resource for containers");
            }
        } else if (!ComputeResources.isNative(name) && !ComputeResources.isExtended(name)) {
            findings.invalid(field, name, "doesn't follow extended resource name standard");
        }
    }

    public static void checkQuota(Field field, String name, Findings findings) {
        check(field, name, findings);
        if (name.indexOf('/') < 0 && !STANDARD.contains(name) && !isQuotaHugePages(name)) {
            findings.invalid(field, name, "must be a standard resource for quota");
        }
    }

    /** Checks an amount: not negative, and whole where parts make no sense. */
    public static void checkAmount(Field field, String name, Findings findings) {
        Quantity amount = field.quantity();
        if (amount.signum() < 0) {
            findings.invalid(field, amount.toString(), "must be greater than or equal to 0");
        }
        if ((INTEGER.contains(name) || ComputeResources.isExtended(name)) && !amount.isInteger()) {
            findings.invalid(field, amount.toString(), "must be an integer");
        }
    }
}
