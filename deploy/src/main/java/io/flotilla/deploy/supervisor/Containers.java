package io.flotilla.deploy.supervisor;

import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The containers that the nodes of a lab run as processes. Each is kept by a shim that outlives its agent and has its
 * directory, which lies below the node's, in the variable DIR; what the container runs descends from the shim.
 */
final class Containers {
    private static final String DIRECTORY_VARIABLE = "DIR";
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final String GROUP_PREFIX = "flotilla-";

    private final Path nodes;

    Containers(LabFiles files) {
        this.nodes = files.nodeRoot("node").getParent();
    }

    /** Kills all, as the end of the machine would; agents find them ended when the lab is up again. */
    void end() throws IOException, InterruptedException {
        var shims = ProcessIdentity.all()
                .filter(process -> process.variable(DIRECTORY_VARIABLE)
                        .filter(directory -> directory.startsWith(nodes + "/"))
                        .isPresent())
                .toList();
        // Their children are looked for before any of them is killed: orphans could not be told from others.
        var all = shims.stream().flatMap(Containers::tree).distinct().toList();
        Termination.end(all, "KILL", GRACE);
        removeGroups();
    }

    private static Stream<ProcessIdentity> tree(ProcessIdentity root) {
        return Stream.concat(
                ProcessHandle.of(root.pid()).stream()
                        .flatMap(ProcessHandle::descendants)
                        .flatMap(process -> ProcessIdentity.of(process.pid()).stream()),
                Stream.of(root));
    }

    /** The control groups of containers, which their directories name, are not below the lab's data. */
    private void removeGroups() throws IOException {
        if (!Files.isDirectory(nodes)) {
            return;
        }
        List<Path> files;
        try (var paths =
                Files.find(nodes, 6, (path, attributes) -> attributes.isRegularFile() && path.endsWith("cgroup"))) {
            files = paths.toList();
        }
        for (var file : files) {
            for (var line : Files.readAllLines(file)) {
                var group = Path.of(line);
                if (group.startsWith("/sys/fs/cgroup")
                        && group.getFileName().toString().startsWith(GROUP_PREFIX)) {
                    Files.deleteIfExists(group);
                }
            }
        }
    }
}
