package io.flotilla.kubelet.runtime.embedded;

import java.util.List;
import java.util.Optional;

/** Interactive sessions of a runtime; safe for use by many threads. */
public interface Sessions {

    /**
     * Runs a command and returns its exit code after all of its output was handed to {@code io}. Kills the command when
     * the session is cut.
     */
    int exec(String containerId, List<String> command, boolean tty, SessionIo io) throws InterruptedException;

    /** Connects to the container's own streams until it ends or the session is cut; returns its exit code. */
    int attach(String containerId, SessionIo io) throws InterruptedException;

    /** Returns the address that port-forwarding connects to first; empty for a pod in the host's network. */
    Optional<String> podAddress(String sandboxId);
}
