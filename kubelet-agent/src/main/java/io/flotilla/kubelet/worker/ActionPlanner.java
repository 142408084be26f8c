package io.flotilla.kubelet.worker;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.kubelet.cri.ContainerView;
import io.flotilla.kubelet.cri.PodView;
import io.flotilla.kubelet.cri.SandboxView;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.kubelet.probe.PodProbes;
import io.flotilla.kubelet.probe.ProbeKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the next steps for a pod that is to run: the kubelet's rules, free of side effects. */
final class ActionPlanner {
    private final Pod pod;
    private final PodView view;
    private final PodProbes probes;
    private final List<PodActions.Kill> kill = new ArrayList<>();
    private final List<Container> start = new ArrayList<>();
    private final List<Container> startInit = new ArrayList<>();

    private ActionPlanner(Pod pod, PodView view, PodProbes probes) {
        this.pod = pod;
        this.view = view;
        this.probes = probes;
    }

    static PodActions plan(Pod pod, PodView view, PodProbes probes) {
        return new ActionPlanner(pod, view, probes).plan();
    }

    private PodActions plan() {
        Optional<SandboxView> usable = usableSandbox(pod, view);
        if (usable.isEmpty()) {
            return inNewSandbox();
        }
        String sandboxId = usable.get().id();
        if (!initialized(sandboxId)) {
            return actions(false, 0);
        }
        int kept = 0;
        for (Container container : pod.getSpec().getContainers()) {
            Optional<ContainerView> newest = view.newest(container.getName());
            if (newest.isEmpty() || !newest.get().isRunning()) {
                if (PodSpecs.isToBeStarted(pod, container, newest)) {
                    newest.filter(instance -> instance.state() == ContainerView.State.UNKNOWN)
                            .ifPresent(instance -> kill.add(new PodActions.Kill(
                                    instance,
                                    "Container is in \"Unknown\" state, try killing it before restart",
                                    PodActions.Reason.UNKNOWN_STATE)));
                    start.add(container);
                }
            } else if (!restartIfNeeded(container, newest.get(), "Container ", start)) {
                kept++;
            }
        }
        boolean over = kept == 0 && start.isEmpty() && kill.isEmpty();
        return new PodActions(over, false, 0, kill, start, startInit);
    }

    private PodActions actions(boolean startSandbox, int attempt) {
        return new PodActions(false, startSandbox, attempt, kill, start, startInit);
    }

    /** Returns the sandbox to run containers in, if the pod has a good one. */
    static Optional<SandboxView> usableSandbox(Pod pod, PodView view) {
        List<SandboxView> ready =
                view.sandboxes().stream().filter(SandboxView::ready).toList();
        if (ready.size() != 1
                || !ready.getFirst().id().equals(view.sandboxes().getFirst().id())) {
            return Optional.empty();
        }
        SandboxView sandbox = ready.getFirst();
        boolean hostNetwork = PodSpecs.usesHostNetwork(pod);
        boolean same = sandbox.hostNetwork() == hostNetwork
                && (hostNetwork || !sandbox.ips().isEmpty());
        return same ? Optional.of(sandbox) : Optional.empty();
    }

    private PodActions inNewSandbox() {
        int attempt =
                view.sandboxes().isEmpty() ? 0 : view.sandboxes().getFirst().attempt() + 1;
        boolean kill = view.sandboxes().stream().anyMatch(SandboxView::ready) || view.hasRunningContainers();
        boolean once = PodSpecs.restartPolicy(pod).equals("Never") && attempt != 0;
        if (once && !view.containers().isEmpty()) {
            return new PodActions(true, false, attempt, List.of(), List.of(), List.of());
        }
        List<Container> wanted = pod.getSpec().getContainers().stream()
                .filter(container -> view.newest(container.getName())
                        .map(newest -> newest.state() != ContainerView.State.EXITED
                                || PodSpecs.restartsAfter(pod, container, newest.exitCode()))
                        .orElse(true))
                .toList();
        if (wanted.isEmpty()) {
            return new PodActions(true, false, attempt, List.of(), List.of(), List.of());
        }
        if (!pod.getSpec().getInitContainers().isEmpty()) {
            return new PodActions(
                    kill,
                    true,
                    attempt,
                    List.of(),
                    List.of(),
                    List.of(pod.getSpec().getInitContainers().getFirst()));
        }
        return new PodActions(kill, true, attempt, List.of(), wanted, List.of());
    }

    /** Sees to the init containers; returns whether the containers may run. */
    private boolean initialized(String sandboxId) {
        boolean before = pod.getSpec().getContainers().stream()
                .anyMatch(container ->
                        view.newestIn(sandboxId, container.getName()).isPresent());
        for (Container container : pod.getSpec().getInitContainers()) {
            Optional<ContainerView> newest = view.newestIn(sandboxId, container.getName());
            if (PodSpecs.isSidecar(container)) {
                if (!sidecar(container, newest) && !before) {
                    return false;
                }
            } else if (!before && !ordinary(container, newest)) {
                return false;
            }
        }
        return true;
    }

    private boolean sidecar(Container container, Optional<ContainerView> newest) {
        if (newest.isEmpty() || !newest.get().isRunning()) {
            startInit.add(container);
            return false;
        }
        if (restartIfNeeded(container, newest.get(), "Init container ", startInit)) {
            return false;
        }
        return probes.isStarted(container.getName(), newest.get().id());
    }

    private boolean ordinary(Container container, Optional<ContainerView> newest) {
        if (newest.isEmpty()) {
            startInit.add(container);
            return false;
        }
        return switch (newest.get().state()) {
            case RUNNING -> false;
            case CREATED, UNKNOWN -> {
                startInit.add(container);
                yield false;
            }
            case EXITED -> {
                if (newest.get().exitCode() == 0) {
                    yield true;
                }
                if (!PodSpecs.restartPolicy(pod).equals("Never")) {
                    startInit.add(container);
                }
                yield false;
            }
        };
    }

    /** Plans to stop a running container that changed or failed a probe; returns whether it did. */
    private boolean restartIfNeeded(Container container, ContainerView instance, String noun, List<Container> again) {
        String name = container.getName();
        boolean restarts = !PodSpecs.restartPolicy(pod, container).equals("Never");
        String message;
        PodActions.Reason reason;
        if (!instance.hash().isEmpty() && !instance.hash().equals(PodSpecs.hash(container))) {
            message = noun + name + " definition changed";
            reason = PodActions.Reason.CHANGED;
            restarts = true;
        } else if (probes.hasFailed(ProbeKind.LIVENESS, name, instance.id())) {
            message = noun + name + " failed liveness probe";
            reason = PodActions.Reason.LIVENESS;
        } else if (probes.hasFailed(ProbeKind.STARTUP, name, instance.id())) {
            message = noun + name + " failed startup probe";
            reason = PodActions.Reason.STARTUP;
        } else {
            return false;
        }
        if (restarts) {
            message += ", will be restarted";
            again.add(container);
        }
        kill.add(new PodActions.Kill(instance, message, reason));
        return true;
    }
}
