package io.flotilla.kubelet.cri;

import java.util.List;
import java.util.Optional;

/**
 * What the runtime has of one pod.
 *
 * @param sandboxes newest first
 * @param containers newest first
 */
public record PodView(
        String uid, String namespace, String name, List<SandboxView> sandboxes, List<ContainerView> containers) {

    public static PodView nothing(String uid, String namespace, String name) {
        return new PodView(uid, namespace, name, List.of(), List.of());
    }

    /** Returns the newest container of this name. */
    public Optional<ContainerView> newest(String name) {
        return containers.stream().filter(c -> c.name().equals(name)).findFirst();
    }

    /** Returns the newest container of this name in this sandbox. */
    public Optional<ContainerView> newestIn(String sandboxId, String name) {
        return containers.stream()
                .filter(c -> c.name().equals(name) && c.sandboxId().equals(sandboxId))
                .findFirst();
    }

    public Optional<SandboxView> readySandbox() {
        return sandboxes.stream().filter(SandboxView::ready).findFirst();
    }

    public boolean hasRunningContainers() {
        return containers.stream().anyMatch(ContainerView::isRunning);
    }

    /** Returns the addresses of the newest sandbox. */
    public List<String> ips() {
        return sandboxes.isEmpty() ? List.of() : sandboxes.getFirst().ips();
    }
}
