package io.flotilla.deploy.process;

import io.flotilla.deploy.plan.Kind;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * One process of a lab as it is to be run.
 *
 * @param number which of its kind, from one
 * @param node the node it belongs to, empty for the control plane
 * @param address where it serves: host and port
 * @param command the command line
 * @param log what it writes to its standard output and error is appended here
 * @param readiness answers 200 when the process can do its work
 */
public record Program(
        String name,
        Kind kind,
        int number,
        String node,
        String address,
        List<String> command,
        Path log,
        URI readiness) {
    public Program {
        command = List.copyOf(command);
    }
}
