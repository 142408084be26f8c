package io.flotilla.machinery.quota;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.machinery.object.ComputeResources;
import io.flotilla.machinery.object.Quantity;
import io.flotilla.machinery.pod.PodRequests;
import io.flotilla.machinery.pod.QosClass;
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
    public boolean handlesUpdate(JsonNode pod, JsonNode old) {
        JsonNode spec = pod.path("spec");
        JsonNode before = old.path("spec");
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
                || ComputeResources.isHugePages(plain)
                || (entry.startsWith(REQUESTS) && ComputeResources.isExtended(plain));
    }

    @Override
    public Map<String, Quantity> amounts(JsonNode pod, Instant now) {
        Map<String, Quantity> amounts = new HashMap<>();
        amounts.put(COUNT, Quantity.of(1));
        if (!hasEnded(pod, now)) {
            amounts.put("pods", Quantity.of(1));
            JsonNode spec = pod.path("spec");
            put(amounts, PodRequests.requests(spec), PodRequests.limits(spec));
        }
        return amounts;
    }

    private static void put(
            Map<String, Quantity> amounts, Map<String, Quantity> requests, Map<String, Quantity> limits) {
        requests.forEach((name, amount) -> {
            boolean plain = COMPUTE.contains(name) || ComputeResources.isHugePages(name);
            if (plain) {
                amounts.put(name, amount);
            }
            if (plain || ComputeResources.isExtended(name)) {
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
    private static boolean hasEnded(JsonNode pod, Instant now) {
        String phase = pod.path("status").path("phase").asText();
        JsonNode deletion = pod.path("metadata").path("deletionTimestamp");
        JsonNode grace = pod.path("metadata").path("deletionGracePeriodSeconds");
        return phase.equals("Failed")
                || phase.equals("Succeeded")
                || (deletion.isTextual()
                        && grace.isNumber()
                        && now.isAfter(Instant.parse(deletion.textValue()).plusSeconds(grace.longValue())));
    }

    @Override
    public boolean isIn(QuotaScope scope, JsonNode pod) {
        JsonNode spec = pod.path("spec");
        return switch (scope.name()) {
            case "Terminating" -> isTerminating(pod);
            case "NotTerminating" -> !isTerminating(pod);
            case "BestEffort" -> QosClass.of(spec) == QosClass.BEST_EFFORT;
            case "NotBestEffort" -> QosClass.of(spec) != QosClass.BEST_EFFORT;
            case "PriorityClass" -> scope.accepts(spec.path("priorityClassName").asText(""));
            case "CrossNamespacePodAffinity" -> looksIntoOtherNamespaces(spec.path("affinity"));
            default -> false;
        };
    }

    private static boolean isTerminating(JsonNode pod) {
        JsonNode deadline = pod.path("spec").path("activeDeadlineSeconds");
        return deadline.isNumber() && deadline.longValue() >= 0;
    }

    private static boolean looksIntoOtherNamespaces(JsonNode affinity) {
        return Stream.of("podAffinity", "podAntiAffinity")
                .map(affinity::path)
                .flatMap(each -> Stream.concat(
                        each.path("requiredDuringSchedulingIgnoredDuringExecution")
                                .valueStream(),
                        each.path("preferredDuringSchedulingIgnoredDuringExecution")
                                .valueStream()
                                .map(term -> term.path("podAffinityTerm"))))
                .anyMatch(term -> !term.path("namespaces").isEmpty() || term.hasNonNull("namespaceSelector"));
    }

    @Override
    public @Nullable String missing(Set<String> entries, JsonNode pod) {
        JsonNode spec = pod.path("spec");
        JsonNode own = spec.path("resources");
        if (!own.path("requests").isEmpty() || !own.path("limits").isEmpty()) {
            return null;
        }
        Map<String, Set<String>> silent = new TreeMap<>();
        for (JsonNode container : Stream.of("containers", "initContainers")
                .flatMap(list -> spec.path(list).valueStream())
                .toList()) {
            for (String entry : entries) {
                if (DEMANDED.contains(entry) && !says(container.path("resources"), entry)) {
                    silent.computeIfAbsent(entry, _ -> new TreeSet<>())
                            .add(container.path("name").asText());
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

    private static boolean says(JsonNode resources, String entry) {
        int dot = entry.indexOf('.');
        return dot < 0
                ? resources.path("requests").hasNonNull(entry)
                : resources.path(entry.substring(0, dot)).hasNonNull(entry.substring(dot + 1));
    }
}
