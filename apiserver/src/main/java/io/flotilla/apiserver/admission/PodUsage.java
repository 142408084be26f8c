package io.flotilla.apiserver.admission;

import io.flotilla.apiserver.registry.pod.PodRequests;
import io.flotilla.apiserver.registry.pod.QosClass;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Quantity;
import io.flotilla.apiserver.registry.validation.ResourceNames;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pods and what they ask for, until they have ended. */
final class PodUsage implements QuotaUsage {
    private static final String COUNT = QuotaUsage.countOf("", "pods");
    private static final String REQUESTS = "requests.";
    private static final String LIMITS = "limits.";
    private static final List<String> COMPUTE = List.of("cpu", "memory", "ephemeral-storage");
    /** What each container must say where a quota counts it; an old mistake that no other resource repeats. */
    private static final Set<String> DEMANDED =
            Set.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");

    /** Scopes change with the deadline, amounts with a resize. */
    @Override
    public boolean handlesUpdate(Field pod, Field old) {
        Field spec = pod.at("spec");
        Field before = old.at("spec");
        return isTerminating(pod) != isTerminating(old)
                || !PodRequests.requests(spec).equals(PodRequests.requests(before))
                || !PodRequests.limits(spec).equals(PodRequests.limits(before));
    }

    @Override
    public boolean measures(String entry) {
        String plain = entry.startsWith(REQUESTS) ? entry.substring(REQUESTS.length()) : entry;
        return entry.equals(COUNT)
                || entry.equals("pods")
                || COMPUTE.contains(plain)
                || (entry.startsWith(LIMITS) && COMPUTE.contains(entry.substring(LIMITS.length())))
                || ResourceNames.isHugePages(plain)
                || (entry.startsWith(REQUESTS) && ResourceNames.isExtended(plain));
    }

    @Override
    public Map<String, Quantity> amounts(Field pod, Instant now) {
        Map<String, Quantity> amounts = new HashMap<>();
        amounts.put(COUNT, Quantity.of(1));
        if (!hasEnded(pod, now)) {
            amounts.put("pods", Quantity.of(1));
            Field spec = pod.at("spec");
            put(amounts, PodRequests.requests(spec), PodRequests.limits(spec));
        }
        return amounts;
    }

    private static void put(
            Map<String, Quantity> amounts, Map<String, Quantity> requests, Map<String, Quantity> limits) {
        requests.forEach((name, amount) -> {
            boolean plain = COMPUTE.contains(name) || ResourceNames.isHugePages(name);
            if (plain) {
                amounts.put(name, amount);
            }
            if (plain || ResourceNames.isExtended(name)) {
                amounts.put(REQUESTS + name, amount);
            }
        });
        limits.forEach((name, amount) -> {
            if (COMPUTE.contains(name)) {
                amounts.put(LIMITS + name, amount);
            }
        });
    }

    /** Whether the pod has run to its end, or should long be gone. */
    private static boolean hasEnded(Field pod, Instant now) {
        String phase = pod.at("status").text("phase");
        Field deletion = pod.at("metadata", "deletionTimestamp");
        Field grace = pod.at("metadata", "deletionGracePeriodSeconds");
        return phase.equals("Failed")
                || phase.equals("Succeeded")
                || (!deletion.isEmpty()
                        && grace.isSet()
                        && now.isAfter(Instant.parse(deletion.text()).plusSeconds(grace.number())));
    }

    @Override
    public boolean isIn(Scope scope, Field pod) {
        Field spec = pod.at("spec");
        return switch (scope.name()) {
            case "Terminating" -> isTerminating(pod);
            case "NotTerminating" -> !isTerminating(pod);
            case "BestEffort" -> QosClass.of(spec) == QosClass.BEST_EFFORT;
            case "NotBestEffort" -> QosClass.of(spec) != QosClass.BEST_EFFORT;
            case "PriorityClass" -> scope.accepts(spec.text("priorityClassName"));
            case "CrossNamespacePodAffinity" -> looksIntoOtherNamespaces(spec.at("affinity"));
            default -> false;
        };
    }

    private static boolean isTerminating(Field pod) {
        Field deadline = pod.at("spec", "activeDeadlineSeconds");
        return deadline.isSet() && deadline.number() >= 0;
    }

    private static boolean looksIntoOtherNamespaces(Field affinity) {
        return Stream.of("podAffinity", "podAntiAffinity")
                .map(affinity::at)
                .flatMap(each -> Stream.concat(
                        each.at("requiredDuringSchedulingIgnoredDuringExecution").items().stream(),
                        each.at("preferredDuringSchedulingIgnoredDuringExecution").items().stream()
                                .map(term -> term.at("podAffinityTerm"))))
                .anyMatch(term -> !term.at("namespaces").isEmpty() || term.has("namespaceSelector"));
    }

    @Override
    public @Nullable String missing(Set<String> entries, Field pod) {
        Field spec = pod.at("spec");
        if (!spec.at("resources", "requests").isEmpty()
                || !spec.at("resources", "limits").isEmpty()) {
            return null;
        }
        Map<String, Set<String>> silent = new TreeMap<>();
        for (Field container : Stream.of("containers", "initContainers")
                .flatMap(list -> spec.at(list).items().stream())
                .toList()) {
            for (String entry : entries) {
                if (DEMANDED.contains(entry) && !says(container.at("resources"), entry)) {
                    silent.computeIfAbsent(entry, _ -> new TreeSet<>()).add(container.text("name"));
                }
            }
        }
        return silent.isEmpty()
                ? null
                : "must specify "
                        + silent.entrySet().stream()
                                .map(each -> each.getKey() + " for: " + String.join(",", each.getValue()))
                                .collect(Collectors.joining("; "));
    }

    private static boolean says(Field resources, String entry) {
        int dot = entry.indexOf('.');
        return dot < 0
                ? resources.at("requests").has(entry)
                : resources.at(entry.substring(0, dot)).has(entry.substring(dot + 1));
    }
}
