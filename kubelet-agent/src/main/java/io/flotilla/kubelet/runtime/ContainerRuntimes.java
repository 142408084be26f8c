package io.flotilla.kubelet.runtime;

import io.flotilla.kubelet.runtime.process.ProcessRuntime;
import io.flotilla.kubelet.runtime.sim.SimRuntime;
import java.io.IOException;
import java.nio.file.Path;

/** Opens the runtime that the agent was told to use. */
public final class ContainerRuntimes {

    private ContainerRuntimes() {}

    /**
     * Opens the runtime and, for an embedded one, adopts what the directory says is running.
     *
     * @param rootDir directory of the agent; an embedded runtime keeps its state below it, one agent at a time
     * @throws IOException if the runtime's state cannot be read, or another agent holds it
     */
    public static ContainerRuntime open(RuntimeEndpoint endpoint, Path rootDir) throws IOException {
        return switch (endpoint) {
            case RuntimeEndpoint.OfProcesses() -> ProcessRuntime.open(rootDir.resolve("process"));
            case RuntimeEndpoint.OfSimulation() -> SimRuntime.open(rootDir.resolve("sim"));
            case RuntimeEndpoint.OfSocket(Path socket) -> SocketRuntime.connect(socket);
        };
    }
}
