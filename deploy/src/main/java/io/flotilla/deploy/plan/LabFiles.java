package io.flotilla.deploy.plan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Where everything of one lab lies: the data directory and what is in it. */
public record LabFiles(Path root) {
    /** A Unix socket's path may have no more than 107 bytes. */
    private static final int LONGEST_SOCKET_PATH = 100;

    public LabFiles {
        root = root.toAbsolutePath().normalize();
    }

    public Path plan() {
        return root.resolve("plan.json");
    }

    public Path kubeconfig() {
        return root.resolve("kubeconfig");
    }

    public Path pki() {
        return root.resolve("pki");
    }

    public Path log(String process) {
        return root.resolve("log").resolve(process + ".log");
    }

    public Path etcdData(String member) {
        return root.resolve("etcd").resolve(member);
    }

    public Path nodeRoot(String node) {
        return root.resolve("nodes").resolve(node);
    }

    public Path processes() {
        return root.resolve("run").resolve("processes.json");
    }

    /** Held by whoever starts or stops the lab. */
    public Path lock() {
        return root.resolve("run").resolve("lock");
    }

    /** The supervisor's control socket; beside the data only where its path is short enough. */
    public Path socket(String labId) {
        var path = root.resolve("run").resolve("control.sock");
        return path.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_SOCKET_PATH
                ? path
                : Path.of(System.getProperty("java.io.tmpdir"), "flotilla-" + labId, "control.sock");
    }

    /** Makes the directories, which only their owner may enter. */
    public void create() throws IOException {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(root);
        for (var name : new String[] {"pki", "log", "etcd", "nodes", "run"}) {
            var directory = root.resolve(name);
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(directory, owner);
            }
        }
    }
}
