package io.flotilla.kubelet.runtime.process;

/** How far a container can be kept apart on this machine. */
sealed interface Isolation {

    /** Own mount, pid, uts and ipc namespaces. */
    record Namespaces() implements Isolation {}

    /**
     * None: containers are plain processes.
     *
     * @param reason why, as the end of a sentence
     */
    record Plain(String reason) implements Isolation {}
}
