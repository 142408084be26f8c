package io.flotilla.kubelet.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Facts of the machine that do not change while it runs. */
public record Machine(
        int cpus,
        long memoryBytes,
        String architecture,
        String osImage,
        String kernelVersion,
        String machineId,
        String systemUuid,
        String bootId) {

    public static Machine read() {
        String machineId = first(Path.of("/etc/machine-id"), "");
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                memory("MemTotal"),
                architecture(System.getProperty("os.arch")),
                readOsImage(),
                first(Path.of("/proc/sys/kernel/osrelease"), System.getProperty("os.version")),
                machineId,
                first(Path.of("/sys/class/dmi/id/product_uuid"), machineId),
                first(Path.of("/proc/sys/kernel/random/boot_id"), ""));
    }

    /** Returns a figure of /proc/meminfo in bytes, 0 where it is not to be had. */
    static long memory(String name) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith(name + ":")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException _) {
            // Not Linux.
        }
        return 0;
    }

    private static String architecture(String java) {
        return switch (java.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> java;
        };
    }

    private static String readOsImage() {
        try {
            for (String line : Files.readAllLines(Path.of("/etc/os-release"))) {
                if (line.startsWith("PRETTY_NAME=")) {
                    return line.substring("PRETTY_NAME=".length()).replace("\"", "");
                }
            }
        } catch (IOException _) {
            // Not every system has the file.
        }
        return System.getProperty("os.name");
    }

    private static String first(Path file, String otherwise) {
        try {
            return Files.readString(file).strip();
        } catch (IOException _) {
            return otherwise;
        }
    }
}
