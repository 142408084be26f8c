package io.flotilla.kubelet.worker;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Probe;
import io.flotilla.kubelet.admission.Admission;
import io.flotilla.kubelet.backoff.CrashBackoff;
import io.flotilla.kubelet.container.ContainerKiller;
import io.flotilla.kubelet.container.ContainerStartException;
import io.flotilla.kubelet.cri.ContainerView;
import io.flotilla.kubelet.cri.PodView;
import io.flotilla.kubelet.cri.SandboxView;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.kubelet.probe.PodProbes;
import io.flotilla.kubelet.status.WaitingReasons;
import io.flotilla.kubelet.volume.VolumeManager;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The steps of one pod's life on the node. Called by one thread at a time. */
final class PodSync {
    /** A pod's life on the node. */
    private enum Stage {
        NEW,
        RUNNING,
        STOPPING,
        STOPPED
    }

    /**
     * The outcome of a step.
     *
     * @param again when to step again though nothing changed
     * @param finished whether nothing is left to do for a pod that is gone
     */
    record Outcome(Optional<Instant> again, boolean finished) {
        static final Outcome IDLE = new Outcome(Optional.empty(), false);
    }

    private static final Duration VOLUME_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_VOLUME_RETRY = Duration.ofMinutes(2);

    private final WorkerTools tools;
    private final PodProbes probes;
    private final Function<Pod, Optional<Admission.Refusal>> admit;
    private final WaitingReasons reasons = new WaitingReasons();
    private volatile Stage stage = Stage.NEW;
    private Duration volumeRetry = VOLUME_RETRY;
    private Optional<String> failure = Optional.empty();

    PodSync(WorkerTools tools, PodProbes probes, Function<Pod, Optional<Admission.Refusal>> admit) {
        this.tools = tools;
        this.probes = probes;
        this.admit = admit;
    }

    Instant now() {
        return tools.clock().instant();
    }

    /** Says whether the pod takes room on the node. */
    boolean counts() {
        return stage == Stage.RUNNING || stage == Stage.STOPPING;
    }

    Outcome step(Pod pod, boolean gone) throws InterruptedException {
        PodStatus before = tools.statusManager().current(pod);
        if (stage == Stage.NEW) {
            begin(pod, before, gone);
        }
        boolean leaves = gone || PodSpecs.isBeingDeleted(pod) || failure.isPresent();
        if (stage == Stage.RUNNING && leaves) {
            stage = Stage.STOPPING;
        }
        Outcome outcome = stage == Stage.RUNNING ? run(pod) : Outcome.IDLE;
        if (stage == Stage.STOPPING) {
            stop(pod, gone);
        }
        if (stage == Stage.STOPPED) {
            if (gone) {
                cleanUp(pod);
                return new Outcome(Optional.empty(), true);
            }
            if (PodSpecs.isBeingDeleted(pod)) {
                tools.statusManager().terminated(pod);
            }
        }
        return outcome;
    }

    private void begin(Pod pod, PodStatus before, boolean gone) {
        if (gone || isTerminal(before)) {
            stage = Stage.STOPPING;
            return;
        }
        boolean known = before.getStartTime() != null;
        if (!known && !PodSpecs.isBeingDeleted(pod)) {
            Optional<Admission.Refusal> refusal = admit.apply(pod);
            if (refusal.isPresent()) {
                tools.events()
                        .warning(
                                PodSpecs.reference(pod),
                                refusal.get().reason(),
                                refusal.get().message());
                tools.statusManager()
                        .set(
                                pod,
                                tools.statuses()
                                        .failed(
                                                pod,
                                                before,
                                                refusal.get().reason(),
                                                refusal.get().message()));
                stage = Stage.STOPPED;
                return;
            }
        }
        tools.references().hold(pod);
        stage = Stage.RUNNING;
    }

    private static boolean isTerminal(PodStatus status) {
        return "Succeeded".equals(status.getPhase()) || "Failed".equals(status.getPhase());
    }

    private Outcome run(Pod pod) throws InterruptedException {
        PodView view = view(pod);
        PodStatus status = show(pod, view, false);
        if (isTerminal(status)) {
            stage = Stage.STOPPING;
            return Outcome.IDLE;
        }
        Optional<Instant> deadline = deadline(pod, status);
        if (deadline.isPresent() && !now().isBefore(deadline.get())) {
            failure = Optional.of("DeadlineExceeded");
            tools.statusManager()
                    .set(
                            pod,
                            tools.statuses()
                                    .failed(
                                            pod,
                                            status,
                                            "DeadlineExceeded",
                                            "Pod was active on the node longer than the specified deadline"));
            stage = Stage.STOPPING;
            return Outcome.IDLE;
        }
        List<Instant> again = new ArrayList<>();
        deadline.ifPresent(again::add);
        VolumeManager.Mounted mounted = tools.volumes().mount(pod, ips(pod, view));
        tools.volumes().nextRefresh(PodSpecs.uid(pod)).ifPresent(again::add);
        PodActions actions = ActionPlanner.plan(pod, view, probes);
        if (!mounted.complete()) {
            again.add(now().plus(tellFailures(pod, mounted)));
            if (!view.hasRunningContainers()) {
                return outcome(again);
            }
        } else {
            volumeRetry = VOLUME_RETRY;
        }
        if (!actions.isNothing()) {
            perform(pod, view, actions, mounted.paths(), again);
            PodView after = view(pod);
            status = show(pod, after, false);
            if (isTerminal(status)) {
                stage = Stage.STOPPING;
            }
        }
        return outcome(again);
    }

    private static Outcome outcome(List<Instant> again) {
        return new Outcome(again.stream().min(Instant::compareTo), false);
    }

    private static Optional<Instant> deadline(Pod pod, PodStatus status) {
        Long seconds = pod.getSpec().getActiveDeadlineSeconds();
        return seconds == null || status.getStartTime() == null
                ? Optional.empty()
                : Optional.of(Instant.parse(status.getStartTime()).plusSeconds(seconds));
    }

    private Duration tellFailures(Pod pod, VolumeManager.Mounted mounted) {
        for (String text : mounted.failures()) {
            tools.events().warning(PodSpecs.reference(pod), "FailedMount", text);
        }
        Duration delay = volumeRetry;
        Duration doubled = volumeRetry.multipliedBy(2);
        volumeRetry = doubled.compareTo(LONGEST_VOLUME_RETRY) > 0 ? LONGEST_VOLUME_RETRY : doubled;
        return delay;
    }

    private PodView view(Pod pod) {
        return tools.cri()
                .pod(
                        PodSpecs.uid(pod),
                        pod.getMetadata().getNamespace(),
                        pod.getMetadata().getName());
    }

    private List<String> ips(Pod pod, PodView view) {
        return PodSpecs.usesHostNetwork(pod) ? List.of(tools.statuses().nodeIp()) : view.ips();
    }

    /** Derives the status, hands it to be sent, and has the probes follow what runs. */
    private PodStatus show(Pod pod, PodView view, boolean ended) {
        PodStatus before = tools.statusManager().current(pod);
        List<ContainerStatus> shown = new ArrayList<>(before.getContainerStatuses());
        shown.addAll(before.getInitContainerStatuses());
        probes.sync(pod, ips(pod, view), view, shown, stage == Stage.STOPPING);
        PodStatus status = tools.statuses().derive(pod, view, before, reasons, probes, ended);
        tools.statusManager().set(pod, status);
        return status;
    }

    private void perform(Pod pod, PodView view, PodActions actions, Map<String, Path> volumes, List<Instant> again)
            throws InterruptedException {
        if (actions.killSandboxes()) {
            if (actions.startSandbox()) {
                tools.events()
                        .normal(
                                PodSpecs.reference(pod),
                                "SandboxChanged",
                                "Pod sandbox changed, it will be killed and re-created.");
            }
            tools.killer().killPod(pod, view, ContainerKiller.grace(pod));
        }
        for (PodActions.Kill kill : actions.kill()) {
            tools.killer().kill(pod, kill.container(), ips(pod, view), kill.message(), grace(pod, kill));
        }
        if (actions.start().isEmpty() && actions.startInit().isEmpty()) {
            return;
        }
        if (actions.startSandbox()) {
            tools.starter().startSandbox(pod, actions.attempt());
        }
        PodView now = actions.startSandbox() || !actions.kill().isEmpty() ? view(pod) : view;
        Optional<SandboxView> sandbox = now.readySandbox();
        if (sandbox.isEmpty()) {
            again.add(now().plusSeconds(1));
            return;
        }
        if (actions.startSandbox()) {
            show(pod, now, false);
        }
        List<Container> toStart = new ArrayList<>(actions.startInit());
        toStart.addAll(actions.start());
        for (Container container : toStart) {
            start(pod, container, now, sandbox.get(), volumes, again);
        }
    }

    private void start(
            Pod pod,
            Container container,
            PodView view,
            SandboxView sandbox,
            Map<String, Path> volumes,
            List<Instant> again)
            throws InterruptedException {
        CrashBackoff.Key key = new CrashBackoff.Key(PodSpecs.uid(pod), container.getName());
        Optional<ContainerView> ended =
                view.newest(container.getName()).filter(c -> c.state() == ContainerView.State.EXITED);
        if (ended.isPresent()) {
            Optional<CrashBackoff.Wait> wait =
                    tools.backoff().since(key, ended.get().finishedAt());
            if (wait.isPresent()) {
                tools.events()
                        .warning(
                                PodSpecs.reference(pod, container),
                                "BackOff",
                                "Back-off restarting failed container " + container.getName() + " in pod "
                                        + PodSpecs.fullName(pod));
                reasons.set(
                        container.getName(),
                        "CrashLoopBackOff",
                        "back-off " + text(wait.get().delay()) + " restarting failed container=" + container.getName()
                                + " pod=" + PodSpecs.fullName(pod));
                again.add(wait.get().until());
                return;
            }
            tools.backoff().next(key, ended.get().finishedAt());
        }
        try {
            tools.starter().start(pod, container, view, sandbox.id(), sandbox.attempt(), ips(pod, view), volumes);
            reasons.clear(container.getName());
        } catch (ContainerStartException e) {
            reasons.set(container.getName(), e.reason(), e.getMessage());
            again.add(retryAt(pod, container));
        }
    }

    /** A start that failed is tried again with the image's back-off, or like any sync that failed. */
    private Instant retryAt(Pod pod, Container container) {
        return tools.images()
                .waiting(pod, container)
                .map(CrashBackoff.Wait::until)
                .orElse(now().plusSeconds(10));
    }

    /** As Go prints durations of whole seconds. */
    private static String text(Duration duration) {
        long minutes = duration.toMinutes();
        return minutes == 0 ? duration.toSeconds() + "s" : minutes + "m" + duration.toSecondsPart() + "s";
    }

    private static Duration grace(Pod pod, PodActions.Kill kill) {
        Optional<Probe> probe = PodSpecs.container(pod, kill.container().name())
                .map(container -> switch (kill.reason()) {
                    case LIVENESS -> container.getLivenessProbe();
                    case STARTUP -> container.getStartupProbe();
                    case CHANGED, UNKNOWN_STATE -> null;
                });
        return probe.map(Probe::getTerminationGracePeriodSeconds)
                .map(Duration::ofSeconds)
                .orElseGet(() -> ContainerKiller.grace(pod));
    }

    private void stop(Pod pod, boolean gone) throws InterruptedException {
        PodView view = view(pod);
        if (!gone) {
            show(pod, view, false);
        }
        boolean orphaned = pod.getSpec().getContainers().isEmpty();
        tools.killer().killPod(pod, view, orphaned ? ContainerKiller.grace(view) : ContainerKiller.grace(pod));
        probes.close();
        if (!gone) {
            show(pod, view(pod), true);
        }
        probes.close();
        tools.volumes().unmount(PodSpecs.uid(pod));
        tools.references().release(PodSpecs.uid(pod));
        stage = Stage.STOPPED;
    }

    private void cleanUp(Pod pod) {
        String uid = PodSpecs.uid(pod);
        PodView view = view(pod);
        view.containers().forEach(container -> tools.cri().removeContainer(container.id()));
        view.sandboxes().forEach(sandbox -> {
            tools.cri().stopSandbox(sandbox.id());
            tools.cri().removeSandbox(sandbox.id());
        });
        probes.close();
        tools.references().release(uid);
        tools.volumes().remove(uid);
        tools.directories().removeLogs(pod);
        tools.images().forget(uid);
        tools.backoff().forget(uid);
        tools.statusManager().forget(uid);
    }
}
