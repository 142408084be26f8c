package io.flotilla.kubelet.status;

/** What the probes of running containers say, by container ID. Safe from any thread. */
public interface ProbeResults {

    /** Says whether the container has started: it has no startup probe, or that has succeeded. */
    boolean isStarted(String containerName, String containerId);

    /** Says whether the container is ready: it has no readiness probe, or that succeeds. */
    boolean isReady(String containerName, String containerId);
}
