package io.flotilla.kubelet.runtime;

import java.nio.file.Path;

/** Where the container runtime is, as {@code --container-runtime-endpoint} says it. */
public sealed interface RuntimeEndpoint {

    /** The embedded runtime whose containers are processes of this machine. */
    record OfProcesses() implements RuntimeEndpoint {}

    /** The embedded runtime whose containers are timers. */
    record OfSimulation() implements RuntimeEndpoint {}

    /** A runtime that serves CRI v1 on a Unix socket, such as containerd. */
    record OfSocket(Path socket) implements RuntimeEndpoint {}

    /**
     * Reads the flag's value.
     *
     * @throws IllegalArgumentException with a sentence for the person who set the flag
     */
    static RuntimeEndpoint parse(String value) {
        if (value.equals("process")) {
            return new OfProcesses();
        }
        if (value.equals("sim")) {
            return new OfSimulation();
        }
        if (value.startsWith("unix:///")) {
            return new OfSocket(Path.of(value.substring("unix://".length())));
        }
        throw new IllegalArgumentException(
                "--container-runtime-endpoint: \"" + value + "\" is neither process, sim nor unix:///path/of/a/socket");
    }
}
