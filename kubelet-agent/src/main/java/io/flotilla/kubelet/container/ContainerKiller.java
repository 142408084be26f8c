package io.flotilla.kubelet.container;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.kubelet.cri.ContainerView;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriException;
import io.flotilla.kubelet.cri.PodView;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.object.ObjectJson;
import io.grpc.Context;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops containers: the preStop hook first, then the runtime, both within one grace period. */
public final class ContainerKiller {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerKiller.class);
    /** A container gets at least this long after its hook, unless the deletion says less. */
    private static final Duration SHORTEST = Duration.ofSeconds(2);

    private final Cri cri;
    private final Hooks hooks;
    private final EventRecorder events;

    public ContainerKiller(Cri cri, Hooks hooks, EventRecorder events) {
        this.cri = cri;
        this.hooks = hooks;
        this.events = events;
    }

    /**
     * Stops one container and waits for it.
     *
     * @param message of the Killing event
     * @param grace time for hook and process together
     */
    public void kill(Pod pod, ContainerView container, List<String> podIps, String message, Duration grace)
            throws InterruptedException {
        kill(pod, container, podIps, message, grace, grace);
    }

    private void kill(
            Pod pod, ContainerView container, List<String> podIps, String message, Duration grace, Duration left)
            throws InterruptedException {
        Container spec = spec(pod, container);
        ObjectReference reference = PodSpecs.reference(pod, spec);
        events.normal(reference, "Killing", message);
        Duration rest = left;
        if (spec.getLifecycle() != null && spec.getLifecycle().getPreStop() != null && rest.isPositive()) {
            long begin = System.nanoTime();
            preStop(spec.getLifecycle().getPreStop(), spec, container, podIps, rest, reference);
            rest = without(rest, begin);
        }
        Duration shortest = grace.compareTo(SHORTEST) < 0 ? grace : SHORTEST;
        cri.stopContainer(container.id(), rest.compareTo(shortest) < 0 ? shortest : rest);
    }

    /** Takes the whole seconds that went by off a time: the runtime counts in seconds, and a started one is the pod's. */
    private static Duration without(Duration time, long sinceNanos) {
        return time.minusSeconds(
                Duration.ofNanos(System.nanoTime() - sinceNanos).toSeconds());
    }

    private void preStop(
            LifecycleHandler handler,
            Container spec,
            ContainerView container,
            List<String> podIps,
            Duration grace,
            ObjectReference reference)
            throws InterruptedException {
        Context context = Context.current();
        Thread hook = Thread.ofVirtual().name("pre-stop-" + spec.getName()).start(context.wrap(() -> {
            try {
                hooks.run(handler, spec, container.id(), podIps);
            } catch (Hooks.HookException e) {
                LOG.debug("preStop hook of {} failed: {}", spec.getName(), e.getMessage());
                events.warning(reference, "FailedPreStopHook", "PreStopHook failed");
            } catch (InterruptedException _) {
                LOG.debug("preStop hook of {} did not end in its time", spec.getName());
            }
        }));
        Context.CancellationListener hurry = _ -> hook.interrupt();
        context.addListener(hurry, Runnable::run);
        try {
            if (!hook.join(grace)) {
                hook.interrupt();
            }
        } finally {
            context.removeListener(hurry);
        }
    }

    /** Returns the spec, or, for a container whose pod is no longer known, what its annotations say. */
    private static Container spec(Pod pod, ContainerView container) {
        Optional<Container> spec = PodSpecs.container(pod, container.name());
        if (spec.isPresent()) {
            return spec.get();
        }
        ContainerBuilder rebuilt = new ContainerBuilder().withName(container.name());
        if (!container.preStop().isEmpty()) {
            rebuilt.withNewLifecycle()
                    .withPreStop(ObjectJson.read(
                            container.preStop().getBytes(StandardCharsets.UTF_8), LifecycleHandler.class))
                    .endLifecycle();
        }
        return rebuilt.build();
    }

    /**
     * Stops everything of the pod that runs: the containers together, then the sidecars from the last to the first, then
     * the sandboxes. Fails with {@link CriException} if something would not stop; it may be called again.
     */
    public void killPod(Pod pod, PodView view, Duration grace) throws InterruptedException {
        long begin = System.nanoTime();
        List<String> sidecars = pod.getSpec().getInitContainers().stream()
                .filter(PodSpecs::isSidecar)
                .map(Container::getName)
                .toList();
        List<ContainerView> first = new ArrayList<>();
        List<ContainerView> last = new ArrayList<>();
        for (ContainerView container : view.containers()) {
            if (container.isRunning() || container.state() == ContainerView.State.CREATED) {
                (sidecars.contains(container.name()) ? last : first).add(container);
            }
        }
        killTogether(pod, first, view.ips(), grace, grace);
        for (String sidecar : sidecars.reversed()) {
            List<ContainerView> instances =
                    last.stream().filter(c -> c.name().equals(sidecar)).toList();
            killTogether(pod, instances, view.ips(), grace, without(grace, begin));
        }
        for (var sandbox : view.sandboxes()) {
            if (sandbox.ready()) {
                cri.stopSandbox(sandbox.id());
            }
        }
    }

    private void killTogether(
            Pod pod, List<ContainerView> containers, List<String> podIps, Duration grace, Duration left)
            throws InterruptedException {
        List<RuntimeException> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        Context context = Context.current();
        for (ContainerView container : containers) {
            threads.add(Thread.ofVirtual().name("kill-" + container.name()).start(context.wrap(() -> {
                try {
                    kill(pod, container, podIps, "Stopping container " + container.name(), grace, left);
                } catch (CriException e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            })));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        synchronized (failures) {
            if (!failures.isEmpty()) {
                throw failures.getFirst();
            }
        }
    }

    /** Returns how long the containers get of a pod of which only they are left. */
    public static Duration grace(PodView view) {
        return Duration.ofSeconds(view.containers().stream()
                .mapToLong(ContainerView::podGracePeriod)
                .filter(seconds -> seconds > 0)
                .max()
                .orElse(30));
    }

    /** Returns how long a container of the pod gets. */
    public static Duration grace(Pod pod) {
        return Duration.ofSeconds(Math.max(PodSpecs.gracePeriodSeconds(pod), 1));
    }
}
