package io.flotilla.kubelet.stats;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Figures of the machine from /proc; 0 where it has none. */
final class ProcFiles {
    private static final long NANOS_PER_TICK = 10_000_000;

    private ProcFiles() {}

    /** Returns the time that processors were not idle, in nanoseconds. */
    static long busyNanos() {
        return busyTicks() * NANOS_PER_TICK;
    }

    /** Returns the memory that could not be had by starting something. */
    static long workingSetBytes() {
        return memory("MemTotal") - memory("MemAvailable");
    }

    private static long busyTicks() {
        try {
            String[] fields =
                    Files.readAllLines(Path.of("/proc/stat")).getFirst().trim().split("\\s+");
            long busy = 0;
            for (int i = 1; i < fields.length && i <= 8; i++) {
                boolean idle = i == 4 || i == 5;
                busy += idle ? 0 : Long.parseLong(fields[i]);
            }
            return busy;
        } catch (IOException | NumberFormatException _) {
            return 0;
        }
    }

    /** Returns a figure of /proc/meminfo in bytes. */
    static long memory(String name) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith(name + ":")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException | NumberFormatException _) {
            return 0;
        }
        return 0;
    }
}
