package io.flotilla.kubelet.runtime.embedded;

import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerConfig;
import io.flotilla.proto.cri.ContainerStats;
import io.flotilla.proto.cri.ContainerStatus;
import io.flotilla.proto.cri.ExecSyncResponse;
import io.flotilla.proto.cri.LinuxContainerResources;
import io.flotilla.proto.cri.PodSandbox;
import io.flotilla.proto.cri.PodSandboxConfig;
import io.flotilla.proto.cri.PodSandboxStats;
import io.flotilla.proto.cri.PodSandboxStatus;
import io.flotilla.proto.cri.RuntimeCondition;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * CRI's RuntimeService as blocking calls. Rules of the calls (what is idempotent, what is forced) are those of the
 * Container Runtime Interface v1. Every method may throw {@link RuntimeFault}; an unknown id is NOT_FOUND unless the
 * method says otherwise. Safe for use by many threads.
 */
public interface PodRuntime {

    /** Returns the name that Version tells, such as {@code flotilla-process}. */
    String name();

    /** Returns RuntimeReady and NetworkReady. */
    List<RuntimeCondition> conditions();

    /** Returns what Status and verbose calls tell about the runtime itself. */
    Map<String, String> info();

    /** Sets the block from which later sandboxes get their addresses; survives a restart. */
    void setPodCidr(String cidr);

    String runPodSandbox(PodSandboxConfig config);

    /** Ends every container at once and gives the address back. Does nothing for a stopped or unknown sandbox. */
    void stopPodSandbox(String sandboxId);

    /** Stops and forgets the sandbox with its containers. Does nothing for an unknown one. */
    void removePodSandbox(String sandboxId);

    PodSandboxStatus podSandboxStatus(String sandboxId);

    List<PodSandbox> podSandboxes();

    String createContainer(String sandboxId, ContainerConfig config);

    /** Returns once the process runs; a command that cannot be run leaves the container exited with code 128, StartError. */
    void startContainer(String containerId);

    /** Asks, waits for the grace period, then kills. Does nothing for an ended or unknown container. */
    void stopContainer(String containerId, Duration grace);

    /** Kills and forgets. Does nothing for an unknown container. */
    void removeContainer(String containerId);

    /** Returns the containers whose sandbox's id begins so; all for an empty one. */
    List<Container> containers(String sandboxId);

    ContainerStatus containerStatus(String containerId);

    /** Returns what a verbose status adds. */
    Map<String, String> containerInfo(String containerId);

    void updateContainerResources(String containerId, LinuxContainerResources resources);

    /** Runs a command to its end. A zero timeout means none; an exceeded one is TIMED_OUT and the command is killed. */
    ExecSyncResponse execSync(String containerId, List<String> command, Duration timeout);

    /** Makes later log lines go to a new file at the container's log path, the old one having been renamed. */
    void reopenContainerLog(String containerId);

    ContainerStats containerStats(String containerId);

    PodSandboxStats podSandboxStats(String sandboxId);
}
