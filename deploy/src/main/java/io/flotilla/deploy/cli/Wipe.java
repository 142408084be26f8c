package io.flotilla.deploy.cli;

import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.plan.LabFiles;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Removes a lab's data, and nothing else: neither what others put beside them nor what is mounted below them. */
final class Wipe {
    private static final List<String> OURS = List.of("etcd", "kubeconfig", "log", "nodes", "pki", "run", "plan.json");

    private Wipe() {}

    static boolean isLab(LabFiles files) {
        return Files.exists(files.plan()) || Files.isDirectory(files.pki());
    }

    static void run(LabFiles files) throws IOException {
        refuseMounts(files);
        for (var name : OURS) {
            delete(files.root().resolve(name));
        }
        try (var left = Files.list(files.root())) {
            if (left.findAny().isPresent()) {
                return;
            }
        }
        Files.delete(files.root());
    }

    private static void refuseMounts(LabFiles files) throws IOException {
        var below = files.root().toRealPath() + "/";
        for (var line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            // The fifth field is the mount point, blanks in it written as \040.
            var point = line.split(" ")[4].replace("\\040", " ");
            if (point.startsWith(below)) {
                throw new LabException("Something is mounted on " + point
                        + ": unmount it first, lest its files be removed with the lab's.");
            }
        }
    }

    /** Removes a file or a directory with all that is in it; follows no links. */
    static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
