package io.flotilla.kubelet.runtime.process;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Wakes those who follow a container's raw output, when it grows and when it ends. */
final class RawOutput {

    /** Something to be woken. */
    interface Follower {
        void wake();
    }

    private final Map<String, Set<Follower>> followers = new ConcurrentHashMap<>();

    void add(String containerId, Follower follower) {
        followers.compute(containerId, (_, present) -> {
            Set<Follower> next = present == null ? ConcurrentHashMap.newKeySet() : present;
            next.add(follower);
            return next;
        });
    }

    void remove(String containerId, Follower follower) {
        followers.computeIfPresent(containerId, (_, present) -> {
            present.remove(follower);
            return present.isEmpty() ? null : present;
        });
    }

    void wake(String containerId) {
        followers.getOrDefault(containerId, Set.of()).forEach(Follower::wake);
    }
}
