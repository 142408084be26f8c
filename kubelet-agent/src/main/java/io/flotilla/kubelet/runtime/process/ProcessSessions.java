package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.SessionIo;
import io.flotilla.kubelet.runtime.embedded.Sessions;
import java.util.List;
import java.util.Optional;

/** Interactive sessions with processes. */
final class ProcessSessions implements Sessions {

    private final Sandboxes sandboxes;
    private final ContainerStore containers;
    private final EnterCommand enter;
    private final Toolbox tools;
    private final RawOutput output;

    ProcessSessions(
            Sandboxes sandboxes, ContainerStore containers, EnterCommand enter, Toolbox tools, RawOutput output) {
        this.sandboxes = sandboxes;
        this.containers = containers;
        this.enter = enter;
        this.tools = tools;
        this.output = output;
    }

    @Override
    public int exec(String containerId, List<String> command, boolean tty, SessionIo io) throws InterruptedException {
        List<String> line = enter.of(containers.get(containerId), command, tty);
        return tty ? ExecSession.onTerminal(line, tools, io) : ExecSession.onPipes(line, io);
    }

    @Override
    public int attach(String containerId, SessionIo io) throws InterruptedException {
        return AttachSession.run(containers.get(containerId), output, io);
    }

    @Override
    public Optional<String> podAddress(String sandboxId) {
        return sandboxes.get(sandboxId).address();
    }
}
