package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.ResourceNames;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.machinery.object.ComputeResources;
import io.flotilla.machinery.object.Quantity;
import io.flotilla.machinery.pod.PodRequests;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;

/** The rules of resource requirements: of a container, of a pod as a whole, and of its overhead. */
public final class ResourceRules {
    private static final List<String> POD_LEVEL = List.of("cpu", "hugepages-", "memory");

    private ResourceRules() {}

    static void checkContainer(Field requirements, SortedSet<String> podClaims, Findings findings) {
        check(requirements, podClaims, false, findings);
    }

    /** Limits alone are checked, under the path of the overhead. */
    public static void checkOverhead(Field overhead, Findings findings) {
        Field limits = overhead.as(overhead.path() + ".limits");
        for (Field amount : limits.entries()) {
            ResourceNames.checkContainer(amount, amount.name(), findings);
            ResourceNames.checkAmount(amount, amount.name(), findings);
        }
    }

    static void checkPodLevel(Field spec, SortedSet<String> podClaims, Findings findings) {
        Field resources = spec.at("resources");
        if (!resources.isSet()) {
            return;
        }
        if (resources.has("claims")) {
            findings.forbidden(resources.at("claims"), "claims cannot be set for Resources at pod-level");
        }
        check(resources, podClaims, true, findings);
        PodRequests.ofContainers(spec.value()).forEach((name, sum) -> {
            Field own = resources.at("requests").key(name);
            if (sum.compareTo(own.quantity()) > 0) {
                findings.invalid(
                        own,
                        own.quantity().toString(),
                        "must be greater than or equal to aggregate container requests of " + sum);
            }
        });
        int i = 0;
        for (Field container : spec.at("containers").items()) {
            for (Field limit : container.at("resources", "limits").entries()) {
                Field own = resources.at("limits").key(limit.name());
                if (own.isSet() && limit.quantity().compareTo(own.quantity()) > 0) {
                    findings.invalid(
                            resources
                                    .at("containers")
                                    .index(i)
                                    .key(limit.name())
                                    .at("limits"),
                            limit.quantity().toString(),
                            "must be less than or equal to pod limits of " + own.quantity());
                }
            }
            i++;
        }
    }

    private static void check(Field requirements, SortedSet<String> podClaims, boolean podLevel, Findings findings) {
        Field limits = requirements.at("limits");
        Field requests = requirements.at("requests");
        boolean computes = false;
        boolean hugePages = false;
        for (Field limit : limits.entries()) {
            checkOne(limit, podLevel, findings);
            computes |= isCompute(limit.name());
            hugePages |= ComputeResources.isHugePages(limit.name());
        }
        for (Field request : requests.entries()) {
            String name = request.name();
            checkOne(request, podLevel, findings);
            computes |= isCompute(name);
            hugePages |= ComputeResources.isHugePages(name);
            Field limit = limits.key(name);
            if (limit.isSet()) {
                int order = request.quantity().compareTo(limit.quantity());
                String amount = request.quantity().toString();
                if (order != 0 && !ResourceNames.isOvercommitAllowed(name)) {
                    findings.invalid(requests, amount, "must be equal to " + name + " limit of " + limit.quantity());
                } else if (order > 0) {
                    findings.invalid(
                            requests,
                            amount,
                            "must be less than or equal to " + name + " limit of " + limit.quantity());
                }
            } else if (!ResourceNames.isOvercommitAllowed(name)) {
                findings.required(limits, "Limit must be set for non overcommitable resources");
            }
        }
        if (hugePages && !computes) {
            findings.forbidden(requirements, "HugePages require cpu or memory");
        }
        checkClaims(requirements.at("claims"), podClaims, findings);
    }

    private static boolean isCompute(String name) {
        return name.equals("cpu") || name.equals("memory");
    }

    private static void checkOne(Field amount, boolean podLevel, Findings findings) {
        String name = amount.name();
        if (podLevel) {
            int before = findings.size();
            ResourceNames.check(amount, name, findings);
            if (findings.size() == before && !isCompute(name) && !ComputeResources.isHugePages(name)) {
                findings.notSupported(amount, name, POD_LEVEL);
            }
        } else {
            ResourceNames.checkContainer(amount, name, findings);
        }
        ResourceNames.checkAmount(amount, name, findings);
        if (ComputeResources.isHugePages(name)) {
            Quantity page = Quantity.tryParse(name.substring("hugepages-".length()));
            Quantity value = amount.quantity();
            if (page == null || page.signum() <= 0 || value.value() % page.value() != 0) {
                findings.invalid(amount, value.toString(), value + " is not positive integer multiple of " + name);
            }
        }
    }

    private static void checkClaims(Field claims, SortedSet<String> podClaims, Findings findings) {
        Set<String> seen = new HashSet<>();
        for (Field claim : claims.items()) {
            String name = claim.text("name");
            if (name.isEmpty()) {
                findings.required(claim);
                continue;
            }
            String request = claim.text("request");
            if (!request.isEmpty()) {
                findings.invalid(claim.at("request"), Names.label(request));
            }
            String key = request.isEmpty() ? name : name + "/" + request;
            boolean overlaps = seen.contains(name)
                    || (request.isEmpty() && seen.stream().anyMatch(each -> each.startsWith(name + "/")));
            if (overlaps) {
                findings.duplicate(claim, name);
            } else if (!seen.add(key)) {
                findings.duplicate(claim, key);
            }
            seen.add(key);
            if (!podClaims.contains(name)) {
                String detail = "must be one of the names in pod.spec.resourceClaims"
                        + (podClaims.isEmpty() ? " which is empty" : ": " + String.join(", ", podClaims));
                findings.add(new FieldError(FieldError.Type.NOT_FOUND, claim.path(), name, detail));
            }
        }
    }
}
