package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.standin.StandIn.Userland;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The lowest layers of containers' roots, made once a machine: directories, links and devices, and for busybox's
 * userland busybox itself under all of its names.
 */
final class Skeletons {

    /** Part of the directories' names; to be raised when what is in them changes. */
    private static final String VERSION = "1";

    private static final List<String> DIRECTORIES = List.of(
            "dev/pts",
            "dev/shm",
            "etc",
            "home",
            "media",
            "mnt",
            "opt",
            "proc",
            "root",
            "run/lock",
            "srv",
            "sys",
            "tmp",
            "usr",
            "var/cache",
            "var/lib",
            "var/log",
            "var/spool",
            "var/tmp");
    private static final List<String> PROGRAM_DIRECTORIES = List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");
    private static final List<String> DEVICES =
            List.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty");

    private final Layout layout;
    private final Toolbox tools;

    Skeletons(Layout layout, Toolbox tools) {
        this.layout = layout;
        this.tools = tools;
    }

    /** Returns the layer's directory, making it with first use. */
    synchronized Path of(Userland userland) {
        Path skeleton = layout.images()
                .resolve("skeleton-" + userland.name().toLowerCase(java.util.Locale.ROOT) + "-" + VERSION);
        if (!Files.exists(skeleton)) {
            make(userland, skeleton);
        }
        return skeleton;
    }

    /** Returns directories of programs that are directories of their own on this machine, not links into /usr. */
    List<String> separateProgramDirectories() {
        return PROGRAM_DIRECTORIES.stream()
                .filter(name -> Files.isDirectory(Path.of("/", name)) && !Files.isSymbolicLink(Path.of("/", name)))
                .toList();
    }

    private void make(Userland userland, Path skeleton) {
        try {
            Path next = Files.createTempDirectory(layout.images(), "next-");
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwxr-xr-x"));
            for (String name : DIRECTORIES) {
                Files.createDirectories(next.resolve(name));
            }
            // Relative: the links are followed from outside as well, while volumes are mounted.
            Files.createSymbolicLink(next.resolve("var/run"), Path.of("../run"));
            Files.createSymbolicLink(next.resolve("var/lock"), Path.of("../run/lock"));
            for (String open : List.of("tmp", "var/tmp", "dev/shm")) {
                sticky(next.resolve(open));
            }
            devices(next.resolve("dev"));
            switch (userland) {
                case HOST -> hostPrograms(next);
                case BUSYBOX -> busybox(next);
            }
            Files.move(next, skeleton, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the root of containers", e);
        }
    }

    private void sticky(Path directory) throws IOException {
        List<String> command = new ArrayList<>(tools.tool("chmod"));
        command.addAll(List.of("1777", directory.toString()));
        expect(command);
    }

    private void devices(Path dev) throws IOException {
        List<String> command = new ArrayList<>(tools.tool("cp"));
        command.add("-a");
        command.addAll(DEVICES);
        command.add(dev.toString());
        expect(command);
        Files.createSymbolicLink(dev.resolve("fd"), Path.of("/proc/self/fd"));
        Files.createSymbolicLink(dev.resolve("stdin"), Path.of("/proc/self/fd/0"));
        Files.createSymbolicLink(dev.resolve("stdout"), Path.of("/proc/self/fd/1"));
        Files.createSymbolicLink(dev.resolve("stderr"), Path.of("/proc/self/fd/2"));
        Files.createSymbolicLink(dev.resolve("ptmx"), Path.of("pts/ptmx"));
    }

    private static void expect(List<String> command) throws IOException {
        var result = Commands.run(command);
        if (result.code() != 0) {
            throw new IOException(String.join(" ", command) + ": " + result.output());
        }
    }

    private static void hostPrograms(Path next) throws IOException {
        for (String name : PROGRAM_DIRECTORIES) {
            Path original = Path.of("/", name);
            if (Files.isSymbolicLink(original)) {
                Files.createSymbolicLink(
                        next.resolve(name),
                        Path.of("/").relativize(Path.of("/").resolve(Files.readSymbolicLink(original))));
            } else if (Files.isDirectory(original)) {
                Files.createDirectories(next.resolve(name));
            }
        }
    }

    private void busybox(Path next) throws IOException {
        Path program = tools.busybox().orElseThrow();
        Path bin = Files.createDirectories(next.resolve("bin"));
        Files.createDirectories(next.resolve("usr/bin"));
        Files.copy(program, bin.resolve("busybox"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String applet : Commands.run(List.of(program.toString(), "--list"))
                .output()
                .lines()
                .toList()) {
            if (!applet.equals("busybox")) {
                Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
            }
        }
        Files.createSymbolicLink(next.resolve("usr/bin/env"), Path.of("../../bin/env"));
        Files.createSymbolicLink(next.resolve("sbin"), Path.of("bin"));
        Files.writeString(
                next.resolve("etc/passwd"),
                "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n");
        Files.writeString(next.resolve("etc/group"), "root:x:0:\nnobody:x:65534:\n");
    }
}
