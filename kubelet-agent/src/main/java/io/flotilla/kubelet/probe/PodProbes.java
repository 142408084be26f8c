package io.flotilla.kubelet.probe;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;
import io.flotilla.kubelet.cri.ContainerView;
import io.flotilla.kubelet.cri.PodView;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.kubelet.status.ProbeResults;
import io.flotilla.kubelet.timer.Timers;
import io.flotilla.machinery.event.EventRecorder;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The probes of one pod. A pod without probes costs nothing here. */
public final class PodProbes implements ProbeResults {
    /** What probes share on a node. */
    public record Tools(Prober prober, Timers timers, EventRecorder events, Clock clock, RandomGenerator random) {}

    private record Key(String container, ProbeKind kind) {}

    private final Tools tools;
    private final Runnable changed;
    private final Map<Key, ProbeTask> tasks = new ConcurrentHashMap<>();
    private volatile @Nullable Pod pod;
    private volatile String podIp = "";

    /** Makes the probes of a pod that call back when one of them changes its mind. */
    public PodProbes(Tools tools, Runnable changed) {
        this.tools = tools;
        this.changed = changed;
    }

    /**
     * Probes what runs now, and nothing else.
     *
     * @param podIps addresses of the pod
     * @param before the status last shown: an adopted container that was ready stays so until a probe says otherwise
     * @param stopping whether the pod is being stopped; then readiness alone is probed
     */
    public void sync(Pod now, List<String> podIps, PodView view, List<ContainerStatus> before, boolean stopping) {
        pod = now;
        if (!podIps.isEmpty()) {
            podIp = podIps.getFirst();
        }
        for (Container container : probed(now)) {
            for (ProbeKind kind : ProbeKind.values()) {
                Probe probe = kind.of(container);
                if (probe != null) {
                    sync(container, kind, probe, view, before, stopping);
                }
            }
        }
    }

    private static List<Container> probed(Pod pod) {
        List<Container> containers = new ArrayList<>(pod.getSpec().getContainers());
        pod.getSpec().getInitContainers().stream().filter(PodSpecs::isSidecar).forEach(containers::add);
        return containers;
    }

    private void sync(
            Container container,
            ProbeKind kind,
            Probe probe,
            PodView view,
            List<ContainerStatus> before,
            boolean stopping) {
        ProbeTask task = tasks.computeIfAbsent(
                new Key(container.getName(), kind),
                _ -> new ProbeTask(kind, container, probe, new Around(), tools.timers()));
        ContainerView instance = view.newest(container.getName()).orElse(null);
        if (instance == null || !instance.isRunning() || (stopping && kind != ProbeKind.READINESS)) {
            task.stop();
            return;
        }
        ContainerStatus shown = before.stream()
                .filter(status -> status.getContainerID() != null
                        && status.getContainerID().endsWith("/" + instance.id()))
                .findFirst()
                .orElse(null);
        boolean adopted = shown != null && shown.getState().getRunning() != null;
        Duration delay =
                adopted ? Duration.ofMillis(tools.random().nextLong(1000L * period(probe))) : delay(probe, instance);
        task.runs(container, probe, instance.id(), initial(kind, shown), delay);
    }

    private Duration delay(Probe probe, ContainerView instance) {
        int seconds = probe.getInitialDelaySeconds() == null ? 0 : probe.getInitialDelaySeconds();
        Duration left =
                Duration.between(tools.clock().instant(), instance.startedAt().plusSeconds(seconds));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static int period(Probe probe) {
        return probe.getPeriodSeconds() == null || probe.getPeriodSeconds() < 1 ? 10 : probe.getPeriodSeconds();
    }

    private static ProbeTask.Result initial(ProbeKind kind, @Nullable ContainerStatus shown) {
        return switch (kind) {
            case STARTUP ->
                shown != null && Boolean.TRUE.equals(shown.getStarted())
                        ? ProbeTask.Result.SUCCESS
                        : ProbeTask.Result.UNKNOWN;
            case LIVENESS -> ProbeTask.Result.SUCCESS;
            case READINESS ->
                shown != null && Boolean.TRUE.equals(shown.getReady())
                        ? ProbeTask.Result.SUCCESS
                        : ProbeTask.Result.FAILURE;
        };
    }

    @Override
    public boolean isStarted(String container, String containerId) {
        ProbeTask task = tasks.get(new Key(container, ProbeKind.STARTUP));
        return task == null ? !has(container, ProbeKind.STARTUP) : task.result(containerId) == ProbeTask.Result.SUCCESS;
    }

    @Override
    public boolean isReady(String container, String containerId) {
        ProbeTask task = tasks.get(new Key(container, ProbeKind.READINESS));
        return task == null
                ? !has(container, ProbeKind.READINESS)
                : task.result(containerId) == ProbeTask.Result.SUCCESS;
    }

    private boolean has(String name, ProbeKind kind) {
        Pod known = pod;
        return known != null && PodSpecs.container(known, name).map(kind::of).isPresent();
    }

    /** Says whether this instance failed its probe and is to be restarted. */
    public boolean hasFailed(ProbeKind kind, String container, String containerId) {
        ProbeTask task = tasks.get(new Key(container, kind));
        return task != null && kind != ProbeKind.READINESS && task.result(containerId) == ProbeTask.Result.FAILURE;
    }

    public void close() {
        tasks.values().forEach(ProbeTask::stop);
        tasks.clear();
    }

    private final class Around implements ProbeTask.Surroundings {
        @Override
        public boolean mayRun(ProbeKind kind, String container, String containerId) {
            return (kind == ProbeKind.STARTUP) != isStarted(container, containerId);
        }

        @Override
        public Outcome attempt(Probe probe, Container container, String containerId) {
            return tools.prober().attempt(probe, container, containerId, podIp);
        }

        @Override
        public void tell(ProbeKind kind, Container container, Outcome outcome) {
            Pod known = pod;
            String message = switch (outcome) {
                case Outcome.Success _ -> "";
                case Outcome.Failure(String said) -> kind.word() + " probe failed: " + said;
                case Outcome.Errored(String cause) ->
                    kind.word() + " probe errored and resulted in unknown state: " + cause;
            };
            if (known != null && !message.isEmpty()) {
                tools.events().warning(PodSpecs.reference(known, container), "Unhealthy", message);
            }
        }

        @Override
        public void changed(ProbeKind kind, String container, ProbeTask.Result result) {
            if (kind == ProbeKind.STARTUP && result == ProbeTask.Result.SUCCESS) {
                for (ProbeKind other : List.of(ProbeKind.LIVENESS, ProbeKind.READINESS)) {
                    ProbeTask task = tasks.get(new Key(container, other));
                    if (task != null) {
                        task.hurry();
                    }
                }
            }
            changed.run();
        }
    }
}
