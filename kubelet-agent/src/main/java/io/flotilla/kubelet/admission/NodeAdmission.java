package io.flotilla.kubelet.admission;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.machinery.object.Quantities;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The kubelet's predicates: number of pods, requested resources, node selector and required affinity. */
public final class NodeAdmission implements Admission {
    private final Supplier<Optional<Node>> node;

    /** Makes the admission of the node as the API has it. */
    public NodeAdmission(Supplier<Optional<Node>> node) {
        this.node = node;
    }

    @Override
    public Optional<Refusal> check(Pod pod, Collection<Pod> others) {
        Optional<Node> self = node.get();
        if (self.isEmpty() || self.get().getStatus() == null) {
            return Optional.empty();
        }
        if (!selects(pod, self.get())) {
            return Optional.of(
                    new Refusal(
                            "NodeAffinity",
                            "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"));
        }
        return fits(pod, others, self.get().getStatus().getAllocatable());
    }

    private static Optional<Refusal> fits(Pod pod, Collection<Pod> others, Map<String, Quantity> allocatable) {
        long pods = Quantities.value(allocatable.get("pods"));
        if (others.size() + 1 > pods) {
            return Optional.of(outOf("pods", 1, others.size(), pods));
        }
        Map<String, Long> wanted = requests(pod);
        Map<String, Long> used = new LinkedHashMap<>();
        others.forEach(other -> requests(other).forEach((name, amount) -> used.merge(name, amount, Long::sum)));
        for (Map.Entry<String, Long> request : wanted.entrySet()) {
            String name = request.getKey();
            if (request.getValue() == 0) {
                continue;
            }
            long capacity = amount(name, allocatable.get(name));
            long taken = used.getOrDefault(name, 0L);
            if (request.getValue() > capacity - taken) {
                return Optional.of(outOf(name, request.getValue(), taken, capacity));
            }
        }
        return Optional.empty();
    }

    private static Refusal outOf(String resource, long requested, long used, long capacity) {
        return new Refusal(
                "OutOf" + resource,
                "Pod was rejected: Node didn't have enough resource: " + resource + ", requested: " + requested
                        + ", used: " + used + ", capacity: " + capacity);
    }

    private static long amount(String resource, @org.jspecify.annotations.Nullable Quantity quantity) {
        return resource.equals("cpu") ? Quantities.milliValue(quantity) : Quantities.value(quantity);
    }

    /** Returns what the pod asks for: its containers together, or the largest step of its initialisation. */
    static Map<String, Long> requests(Pod pod) {
        Map<String, Long> running = new LinkedHashMap<>();
        pod.getSpec().getContainers().forEach(container -> add(running, container));
        Map<String, Long> largest = new LinkedHashMap<>();
        Map<String, Long> sidecars = new LinkedHashMap<>();
        for (Container container : pod.getSpec().getInitContainers()) {
            Map<String, Long> step = new LinkedHashMap<>(sidecars);
            add(step, container);
            step.forEach((name, amount) -> largest.merge(name, amount, Math::max));
            if (PodSpecs.isSidecar(container)) {
                add(sidecars, container);
            }
        }
        sidecars.forEach((name, amount) -> running.merge(name, amount, Long::sum));
        largest.forEach((name, amount) -> running.merge(name, amount, Math::max));
        if (pod.getSpec().getOverhead() != null) {
            pod.getSpec()
                    .getOverhead()
                    .forEach((name, quantity) -> running.merge(name, amount(name, quantity), Long::sum));
        }
        return running;
    }

    private static void add(Map<String, Long> sum, Container container) {
        if (container.getResources() != null && container.getResources().getRequests() != null) {
            container
                    .getResources()
                    .getRequests()
                    .forEach((name, quantity) -> sum.merge(name, amount(name, quantity), Long::sum));
        }
    }

    private static boolean selects(Pod pod, Node node) {
        Map<String, String> labels = node.getMetadata().getLabels() == null
                ? Map.of()
                : node.getMetadata().getLabels();
        Map<String, String> selector = pod.getSpec().getNodeSelector();
        if (selector != null
                && !selector.entrySet().stream()
                        .allMatch(wanted -> wanted.getValue().equals(labels.get(wanted.getKey())))) {
            return false;
        }
        var affinity = pod.getSpec().getAffinity();
        if (affinity == null
                || affinity.getNodeAffinity() == null
                || affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution() == null) {
            return true;
        }
        return affinity
                .getNodeAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
                .getNodeSelectorTerms()
                .stream()
                .anyMatch(term -> matches(term, labels, node.getMetadata().getName()));
    }

    private static boolean matches(NodeSelectorTerm term, Map<String, String> labels, String nodeName) {
        if (term.getMatchExpressions().isEmpty() && term.getMatchFields().isEmpty()) {
            return false;
        }
        return term.getMatchExpressions().stream().allMatch(requirement -> matches(requirement, labels))
                && term.getMatchFields().stream()
                        .allMatch(requirement -> matches(requirement, Map.of("metadata.name", nodeName)));
    }

    private static boolean matches(NodeSelectorRequirement requirement, Map<String, String> labels) {
        String value = labels.get(requirement.getKey());
        List<String> values = requirement.getValues();
        return switch (requirement.getOperator()) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> number(value) > number(values.getFirst());
            case "Lt" -> value != null && number(value) < number(values.getFirst());
            default -> false;
        };
    }

    private static long number(@org.jspecify.annotations.Nullable String text) {
        try {
            return text == null ? Long.MIN_VALUE : Long.parseLong(text);
        } catch (NumberFormatException _) {
            return Long.MIN_VALUE;
        }
    }
}
