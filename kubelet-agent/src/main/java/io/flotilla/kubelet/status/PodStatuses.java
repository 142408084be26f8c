package io.flotilla.kubelet.status;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HostIP;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.flotilla.kubelet.cri.PodView;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.kubelet.pod.QualityOfService;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Derives {@code pod.status}, all of it, from what the runtime has and what probes and failed starts say. */
public final class PodStatuses {
    private final String runtimeName;
    private final String nodeIp;
    private final Clock clock;

    /**
     * Makes the deriver of one node.
     *
     * @param runtimeName scheme of container IDs, such as {@code containerd}
     */
    public PodStatuses(String runtimeName, String nodeIp, Clock clock) {
        this.runtimeName = runtimeName;
        this.nodeIp = nodeIp;
        this.clock = clock;
    }

    public String nodeIp() {
        return nodeIp;
    }

    /**
     * Returns the status now.
     *
     * @param before the last status known, from this agent or, after a restart, from the API
     * @param ended whether no container will be started any more
     */
    public PodStatus derive(
            Pod pod, PodView view, PodStatus before, WaitingReasons reasons, ProbeResults probes, boolean ended) {
        ContainerStatuses containers = new ContainerStatuses(pod, view, runtimeName, reasons, probes);
        List<ContainerStatus> init = containers.ofInitContainers(before.getInitContainerStatuses());
        List<ContainerStatus> regular = containers.ofContainers(before.getContainerStatuses());
        List<ContainerStatus> all = new ArrayList<>(init);
        all.addAll(regular);

        boolean settled = before.getPhase() != null && PodPhases.isTerminal(before.getPhase());
        String phase = settled ? before.getPhase() : PodPhases.of(pod, all, ended);
        PodStatusBuilder status = new PodStatusBuilder()
                .withPhase(phase)
                .withReason(before.getReason())
                .withMessage(before.getMessage())
                .withObservedGeneration(pod.getMetadata().getGeneration())
                .withQosClass(before.getQosClass() == null ? QualityOfService.of(pod) : before.getQosClass())
                .withStartTime(
                        before.getStartTime() == null
                                ? ContainerStatuses.stamp(clock.instant())
                                : before.getStartTime())
                .withHostIP(nodeIp)
                .withHostIPs(new HostIP(nodeIp))
                .withInitContainerStatuses(init)
                .withContainerStatuses(regular);
        List<String> ips = PodSpecs.usesHostNetwork(pod) ? List.of(nodeIp) : view.ips();
        if (!ips.isEmpty()
                && !(PodPhases.isTerminal(phase) && view.readySandbox().isEmpty())) {
            status.withPodIP(ips.getFirst())
                    .withPodIPs(ips.stream().map(PodIP::new).toList());
        } else if (before.getPodIP() != null && !before.getPodIP().isEmpty()) {
            status.withPodIP(before.getPodIP()).withPodIPs(before.getPodIPs());
        }
        status.withConditions(conditions(
                pod,
                before,
                PodConditions.of(
                        pod,
                        before.getConditions(),
                        all,
                        phase,
                        view.readySandbox().isPresent())));
        return status.build();
    }

    /** Returns the status of a pod that the node does not take, or takes no longer. */
    public PodStatus failed(Pod pod, PodStatus before, String reason, String message) {
        PodStatusBuilder status = new PodStatusBuilder(before)
                .withPhase("Failed")
                .withReason(reason)
                .withMessage(message)
                .withObservedGeneration(pod.getMetadata().getGeneration())
                .withQosClass(before.getQosClass() == null ? QualityOfService.of(pod) : before.getQosClass());
        if (before.getStartTime() == null) {
            status.withStartTime(ContainerStatuses.stamp(clock.instant()));
        }
        return status.build();
    }

    private List<PodCondition> conditions(Pod pod, PodStatus before, List<PodCondition> now) {
        List<PodCondition> conditions = new ArrayList<>();
        for (PodCondition condition : now) {
            Optional<PodCondition> earlier = before.getConditions().stream()
                    .filter(c -> c.getType().equals(condition.getType()))
                    .findFirst();
            boolean same = earlier.isPresent()
                    && condition.getStatus().equals(earlier.get().getStatus());
            condition.setLastTransitionTime(
                    same && earlier.get().getLastTransitionTime() != null
                            ? earlier.get().getLastTransitionTime()
                            : ContainerStatuses.stamp(clock.instant()));
            condition.setObservedGeneration(pod.getMetadata().getGeneration());
            conditions.add(condition);
        }
        before.getConditions().stream()
                .filter(condition -> !PodConditions.OWNED.contains(condition.getType()))
                .forEach(conditions::add);
        return conditions;
    }
}
