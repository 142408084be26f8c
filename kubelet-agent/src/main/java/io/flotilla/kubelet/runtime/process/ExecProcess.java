package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.kubelet.runtime.linux.Processes;
import java.io.IOException;
import java.util.List;

/** Starts and kills commands inside containers. */
final class ExecProcess {

    private ExecProcess() {}

    static Process start(List<String> command) {
        try {
            var builder = new ProcessBuilder(command);
            builder.environment().clear();
            return builder.start();
        } catch (IOException e) {
            throw new RuntimeFault(Kind.BROKEN, "failed to exec in container: " + e.getMessage(), e);
        }
    }

    /** Kills the command with all that it started: the process we hold is only the one that entered the namespaces. */
    static void kill(Process process) {
        Processes.tree((int) process.pid()).forEach(one -> Processes.signal(one.pid(), Processes.SIGKILL));
    }
}
