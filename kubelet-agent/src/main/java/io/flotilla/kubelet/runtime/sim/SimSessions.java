package io.flotilla.kubelet.runtime.sim;

import com.google.protobuf.ByteString;
import io.flotilla.kubelet.runtime.embedded.SessionIo;
import io.flotilla.kubelet.runtime.embedded.Sessions;
import java.util.List;
import java.util.Optional;

/** Sessions with nobody: exec answers what the annotations say, attach is quiet until the container ends. */
final class SimSessions implements Sessions {

    private final SimStore store;

    SimSessions(SimStore store) {
        this.store = store;
    }

    static String answer(SimContainer container, List<String> command) {
        return container.script().execOutput().orElse(String.join(" ", command)) + "\n";
    }

    @Override
    public int exec(String containerId, List<String> command, boolean tty, SessionIo io) throws InterruptedException {
        SimContainer container = SimPods.running(store.container(containerId));
        String answer = answer(container, command);
        io.stdout(ByteString.copyFromUtf8(tty ? answer.replace("\n", "\r\n") : answer));
        return container.script().execExitCode();
    }

    @Override
    public int attach(String containerId, SessionIo io) throws InterruptedException {
        SimContainer container = SimPods.running(store.container(containerId));
        Thread session = Thread.currentThread();
        io.onCut(session::interrupt);
        return container.awaitEnd().code();
    }

    @Override
    public Optional<String> podAddress(String sandboxId) {
        return Optional.of(store.pod(sandboxId).address()).filter(address -> !address.isEmpty());
    }
}
