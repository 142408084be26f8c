package io.flotilla.kubelet.cri;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which sandboxes each pod has. Nobody but this agent makes sandboxes, so what it has learned stays true. */
final class SandboxIndex {
    private final Map<String, Set<String>> byPod = new HashMap<>(); // guarded by this
    private boolean complete; // guarded by this

    synchronized void add(String podUid, String sandboxId) {
        byPod.computeIfAbsent(podUid, _ -> new LinkedHashSet<>()).add(sandboxId);
    }

    synchronized void remove(String sandboxId) {
        byPod.values().removeIf(ids -> ids.remove(sandboxId) && ids.isEmpty());
    }

    /** From now on a pod that is not in here has none. */
    synchronized void isComplete() {
        complete = true;
    }

    /** Returns the pod's sandboxes, or nothing where they must be looked for. */
    synchronized Optional<Set<String>> of(String podUid) {
        Set<String> ids = byPod.get(podUid);
        if (ids == null) {
            return complete ? Optional.of(Set.of()) : Optional.empty();
        }
        return Optional.of(Set.copyOf(ids));
    }
}
