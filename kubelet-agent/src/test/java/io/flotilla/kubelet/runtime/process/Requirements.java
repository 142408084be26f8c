package io.flotilla.kubelet.runtime.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flotilla.kubelet.runtime.linux.Processes;
import io.flotilla.kubelet.runtime.standin.HostPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What tests need of the machine, and what they ask it. */
final class Requirements {

    private Requirements() {}

    static void namespaces() throws IOException {
        Path directory = Files.createTempDirectory("flotilla-probe");
        var isolation = IsolationProbe.probe(Layout.create(directory), new Toolbox(HostPrograms.installed()));
        io.flotilla.kubelet.runtime.embedded.StateFile.deleteTree(directory);
        if (isolation instanceof Isolation.Plain(String reason)) {
            skip("no namespaces: " + reason);
        }
        busybox();
    }

    static void busybox() {
        if (HostPrograms.installed().find("busybox").isEmpty()) {
            skip("busybox-static is not installed");
        }
    }

    static void memoryCgroup() {
        if (!Cgroups.find().available()) {
            skip("no writable control groups of version 1");
        }
    }

    private static void skip(String reason) {
        System.err.println("skipped: " + reason);
        assumeTrue(false, reason);
    }

    static boolean isAlive(int pid) {
        return Processes.stat(pid).filter(stat -> stat.state() != 'Z').isPresent();
    }

    static List<Integer> processesBelow(int pid) {
        return Processes.tree(pid).stream().map(Processes.Stat::pid).toList();
    }
}
