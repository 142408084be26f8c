package io.flotilla.kubelet.container;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.kubelet.cri.ContainerView;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriException;
import io.flotilla.kubelet.cri.PodView;
import io.flotilla.kubelet.image.ImageException;
import io.flotilla.kubelet.image.ImageManager;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.kubelet.reference.ReferenceException;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.proto.cri.ContainerConfig;
import io.flotilla.proto.cri.PodSandboxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Starts sandboxes and containers, with the events that people look for. */
public final class ContainerStarter {
    private final Cri cri;
    private final ImageManager images;
    private final ContainerConfigs configs;
    private final SandboxConfigs sandboxes;
    private final PodDirectories directories;
    private final Hooks hooks;
    private final ContainerKiller killer;
    private final EventRecorder events;

    public ContainerStarter(
            Cri cri,
            ImageManager images,
            ContainerConfigs configs,
            SandboxConfigs sandboxes,
            PodDirectories directories,
            Hooks hooks,
            ContainerKiller killer,
            EventRecorder events) {
        this.cri = cri;
        this.images = images;
        this.configs = configs;
        this.sandboxes = sandboxes;
        this.directories = directories;
        this.hooks = hooks;
        this.killer = killer;
        this.events = events;
    }

    /** Starts a sandbox; fails with {@link CriException} after having told so in an event. */
    public String startSandbox(Pod pod, int attempt) {
        try {
            Files.createDirectories(directories.logs(pod));
            String handler = pod.getSpec().getRuntimeClassName();
            return cri.runSandbox(sandboxes.of(pod, attempt), handler == null ? "" : handler);
        } catch (CriException e) {
            if (!e.isCancelled()) {
                events.warning(
                        PodSpecs.reference(pod),
                        "FailedCreatePodSandBox",
                        "Failed to create pod sandbox: " + e.getMessage());
            }
            throw e;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /**
     * Starts a container in a running sandbox and runs its postStart hook.
     *
     * @param view what ran before, for the restart count
     * @param volumes paths of the pod's volumes, by name
     */
    public void start(
            Pod pod,
            Container container,
            PodView view,
            String sandboxId,
            int sandboxAttempt,
            List<String> podIps,
            Map<String, Path> volumes)
            throws ContainerStartException, InterruptedException {
        ObjectReference reference = PodSpecs.reference(pod, container);
        PodSandboxConfig sandbox = sandboxes.of(pod, sandboxAttempt);
        String image;
        try {
            image = images.ensure(pod, container, sandbox);
        } catch (ImageException e) {
            events.warning(reference, "Failed", "Error: " + e.reason());
            throw new ContainerStartException(e.reason(), e.getMessage());
        }
        int restartCount = view.newest(container.getName())
                .map(before -> before.restartCount() + 1)
                .orElseGet(() -> countLogs(pod, container));
        String id;
        try {
            Files.createDirectories(directories.logs(pod).resolve(container.getName()));
            ContainerConfig config = configs.of(pod, container, restartCount, image, podIps, volumes);
            id = create(sandboxId, config, sandbox, reference);
        } catch (ReferenceException | IOException e) {
            events.warning(reference, "Failed", "Error: " + e.getMessage());
            throw new ContainerStartException("CreateContainerConfigError", String.valueOf(e.getMessage()));
        }
        events.normal(reference, "Created", "Container created");
        try {
            cri.startContainer(id);
        } catch (CriException e) {
            events.warning(reference, "Failed", "Error: " + e.description());
            throw new ContainerStartException("RunContainerError", e.description());
        }
        events.normal(reference, "Started", "Container started");
        if (container.getLifecycle() != null && container.getLifecycle().getPostStart() != null) {
            postStart(pod, container, container.getLifecycle().getPostStart(), id, podIps);
        }
        removeOlder(view, container);
    }

    private String create(String sandboxId, ContainerConfig config, PodSandboxConfig sandbox, ObjectReference reference)
            throws ContainerStartException {
        try {
            return cri.createContainer(sandboxId, config, sandbox);
        } catch (CriException e) {
            events.warning(reference, "Failed", "Error: " + e.description());
            throw new ContainerStartException("CreateContainerError", e.description());
        }
    }

    private void postStart(Pod pod, Container container, LifecycleHandler handler, String id, List<String> podIps)
            throws ContainerStartException, InterruptedException {
        try {
            hooks.run(handler, container, id, podIps);
        } catch (Hooks.HookException e) {
            events.warning(PodSpecs.reference(pod, container), "FailedPostStartHook", "PostStartHook failed");
            cri.pod(
                            PodSpecs.uid(pod),
                            pod.getMetadata().getNamespace(),
                            pod.getMetadata().getName())
                    .newest(container.getName())
                    .filter(ContainerView::isRunning)
                    .ifPresent(started -> {
                        try {
                            killer.kill(pod, started, podIps, "FailedPostStartHook", ContainerKiller.grace(pod));
                        } catch (InterruptedException _) {
                            Thread.currentThread().interrupt();
                        }
                    });
            throw new ContainerStartException("PostStartHookError", e.getMessage());
        }
    }

    /** Of those that ended one is kept, for its log and its exit code. */
    private void removeOlder(PodView view, Container container) {
        view.containers().stream()
                .filter(instance ->
                        instance.name().equals(container.getName()) && instance.state() == ContainerView.State.EXITED)
                .skip(1)
                .forEach(instance -> {
                    cri.removeContainer(instance.id());
                    deleteLogs(instance);
                });
    }

    private static void deleteLogs(ContainerView instance) {
        if (instance.logPath().isEmpty()) {
            return;
        }
        Path log = Path.of(instance.logPath());
        Path directory = log.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            return;
        }
        String prefix = String.valueOf(log.getFileName());
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (String.valueOf(file.getFileName()).startsWith(prefix)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException _) {
            // The directory goes with the pod.
        }
    }

    /** A runtime that lost its containers leaves their logs: go on counting where they end. */
    private int countLogs(Pod pod, Container container) {
        Path directory = directories.logs(pod).resolve(container.getName());
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> logs = Files.list(directory)) {
            return logs.map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> name.matches("[0-9]{1,9}\\.log.*"))
                    .mapToInt(name -> Integer.parseInt(name.substring(0, name.indexOf('.'))) + 1)
                    .max()
                    .orElse(0);
        } catch (IOException _) {
            return 0;
        }
    }
}
