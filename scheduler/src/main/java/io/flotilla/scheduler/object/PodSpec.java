package io.flotilla.scheduler.object;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What scheduling reads of a pod and its replicas have in common: equal ones are one object in memory.
 *
 * @param preempts whether the pod may preempt others
 * @param requests what the pod takes of a node
 * @param scoringRequests the same with a guess for containers that request no CPU or no memory
 * @param requiredNodes terms of which one must match, if there are any
 * @param images images of the containers, init containers included
 */
public record PodSpec(
        String schedulerName,
        int priority,
        boolean preempts,
        Map<String, String> labels,
        Resources requests,
        Resources scoringRequests,
        List<Toleration> tolerations,
        Map<String, String> nodeSelector,
        Optional<List<NodeTerm>> requiredNodes,
        List<PreferredTerm> preferredNodes,
        List<HostPort> hostPorts,
        List<String> images,
        List<String> gates,
        List<SpreadConstraint> spreadConstraints,
        PodAffinity affinity) {
    private static final String DEFAULT_SCHEDULER = "default-scheduler";

    /** A term that makes nodes better, by its weight. */
    public record PreferredTerm(int weight, NodeTerm term) {}

    static PodSpec of(PodDocument document) {
        PodDocument.Spec spec = document.spec();
        if (spec == null) {
            throw new IllegalArgumentException("pod \"" + document.metadata().name() + "\" has no spec");
        }
        Map<String, String> labels = map(document.metadata().labels());
        PodDocument.Affinity affinity = spec.affinity();
        PodDocument.NodeAffinity nodes = affinity == null ? null : affinity.nodeAffinity();
        return new PodSpec(
                spec.schedulerName() == null || spec.schedulerName().isEmpty()
                        ? DEFAULT_SCHEDULER
                        : spec.schedulerName(),
                spec.priority() == null ? 0 : spec.priority(),
                !"Never".equals(spec.preemptionPolicy()),
                labels,
                PodRequests.of(spec),
                PodRequests.forScoring(spec),
                list(spec.tolerations()).stream().map(Toleration::of).toList(),
                map(spec.nodeSelector()),
                required(nodes),
                preferred(nodes),
                hostPorts(spec),
                images(spec),
                list(spec.schedulingGates()).stream()
                        .map(PodDocument.Gate::name)
                        .toList(),
                SpreadConstraint.all(spec.topologySpreadConstraints(), labels),
                PodAffinity.of(affinity, document.metadata().namespace(), labels));
    }

    static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static Map<String, String> map(@Nullable Map<String, String> map) {
        return map == null || map.isEmpty() ? Map.of() : Map.copyOf(map);
    }

    private static Optional<List<NodeTerm>> required(PodDocument.@Nullable NodeAffinity nodes) {
        PodDocument.Selector selector = nodes == null ? null : nodes.requiredDuringSchedulingIgnoredDuringExecution();
        return Optional.ofNullable(selector)
                .map(present -> list(present.nodeSelectorTerms()).stream()
                        .map(NodeTerm::of)
                        .toList());
    }

    private static List<PreferredTerm> preferred(PodDocument.@Nullable NodeAffinity nodes) {
        List<PreferredTerm> terms = new ArrayList<>();
        if (nodes != null) {
            for (PodDocument.PreferredNodes preferred : list(nodes.preferredDuringSchedulingIgnoredDuringExecution())) {
                if (preferred.weight() != 0 && preferred.preference() != null) {
                    terms.add(new PreferredTerm(preferred.weight(), NodeTerm.of(preferred.preference())));
                }
            }
        }
        return List.copyOf(terms);
    }

    private static List<HostPort> hostPorts(PodDocument.Spec spec) {
        List<HostPort> ports = new ArrayList<>();
        for (PodDocument.Container container : list(spec.containers())) {
            addHostPorts(container, ports);
        }
        for (PodDocument.Container container : list(spec.initContainers())) {
            if (PodRequests.isSidecar(container)) {
                addHostPorts(container, ports);
            }
        }
        return List.copyOf(ports);
    }

    private static void addHostPorts(PodDocument.Container container, List<HostPort> ports) {
        for (PodDocument.Port port : list(container.ports())) {
            if (port.hostPort() != null && port.hostPort() > 0) {
                ports.add(HostPort.of(port));
            }
        }
    }

    private static List<String> images(PodDocument.Spec spec) {
        List<String> images = new ArrayList<>();
        for (List<PodDocument.Container> containers : List.of(list(spec.initContainers()), list(spec.containers()))) {
            for (PodDocument.Container container : containers) {
                if (container.image() != null) {
                    images.add(container.image());
                }
            }
        }
        return List.copyOf(images);
    }
}
