/**
 * The runtime whose containers are processes of this machine, run from its own userland.
 *
 * <p>A container is kept by a small shell script ({@code shim.sh}), not by this process: the shim outlives the agent,
 * relays the container's output into raw files and writes down its exit code. All state is in the runtime's directory;
 * an agent that starts there adopts what runs and learns how the rest ended. The agent turns the raw files into CRI logs
 * and remembers how far it came, so that no line is lost or written twice when it is killed.
 *
 * <p>As root a container has its own mount, pid, uts and ipc namespaces and a root made of overlays in memory above the
 * machine's {@code /usr} and {@code /etc}; all mounts live in its namespace and vanish with its last process. Without
 * root it is a plain process, and a volume can be reached only where its path is the same outside. The network is the
 * machine's; capabilities, seccomp, AppArmor and {@code privileged} change nothing, containers of a pod share
 * {@code /dev/shm} but not the System V part of the ipc namespace, and {@code shareProcessNamespace} is not honoured:
 * this is a laboratory, not a fence.
 */
@NullMarked
package io.flotilla.kubelet.runtime.process;

import org.jspecify.annotations.NullMarked;
