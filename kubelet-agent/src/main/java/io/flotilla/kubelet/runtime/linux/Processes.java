package io.flotilla.kubelet.runtime.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Processes of this machine by number: signals, and what /proc tells. */
public final class Processes {

    public static final int SIGKILL = 9;
    public static final int SIGUSR1 = 10;
    public static final int SIGTERM = 15;

    /** What follows is for real-time programs; the C library keeps some of it to itself. */
    private static final int LAST_STANDARD = 31;

    private static final String IGNORED = "SigIgn:";

    /** May be called with any number at any time, and does nothing. */
    private static final MemorySegment NO_EFFECT = Libc.function("abs");

    private Processes() {}

    /**
     * What identifies a process for as long as the machine runs: its number may be used again, its number with the time
     * of its start is not.
     */
    public record Identity(int pid, long startTicks) {}

    /**
     * One line of /proc/PID/stat.
     *
     * @param userTicks processor time of the process, and of those of its children that ended and were waited for
     * @param systemTicks as userTicks, of what the kernel did for them
     */
    public record Stat(
            int pid,
            char state,
            int parent,
            int session,
            long userTicks,
            long systemTicks,
            long startTicks,
            long rssPages,
            long minorFaults,
            long majorFaults) {

        public Identity identity() {
            return new Identity(pid, startTicks);
        }

        /** Reads a line; the second field is a name in parentheses that may itself hold parentheses and spaces. */
        public static Optional<Stat> parse(String line) {
            int open = line.indexOf(' ');
            int close = line.lastIndexOf(')');
            if (open < 0 || close < 0) {
                return Optional.empty();
            }
            String[] rest = line.substring(close + 2).strip().split(" ", -1);
            if (rest.length < 22) {
                return Optional.empty();
            }
            try {
                return Optional.of(new Stat(
                        Integer.parseInt(line.substring(0, open)),
                        rest[0].charAt(0),
                        Integer.parseInt(rest[1]),
                        Integer.parseInt(rest[3]),
                        Long.parseLong(rest[11]) + Long.parseLong(rest[13]),
                        Long.parseLong(rest[12]) + Long.parseLong(rest[14]),
                        Long.parseLong(rest[19]),
                        Long.parseLong(rest[21]),
                        Long.parseLong(rest[7]),
                        Long.parseLong(rest[9])));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
    }

    public static Optional<Stat> stat(int pid) {
        try {
            // Not UTF-8: a name may be any bytes, and only the numbers after it matter.
            return Stat.parse(Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Returns whether the very process still runs; one that has ended and was not yet waited for does not. */
    public static boolean runs(Identity identity) {
        return stat(identity.pid)
                .filter(stat -> stat.startTicks == identity.startTicks && stat.state != 'Z' && stat.state != 'X')
                .isPresent();
    }

    /** Sends a signal to the process; does nothing if it has gone. A negative number means a process group. */
    public static void signal(int pid, int signal) {
        try {
            Libc.kill(pid, signal);
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.ESRCH) {
                throw e;
            }
        }
    }

    /**
     * Lets programs that this process starts from now on heed the signals that it was itself told to ignore, as a shell
     * tells what it runs in the background: what is ignored is inherited, what is caught is not. This process goes on not to
     * care.
     */
    public static void keepIgnoredSignalsToOneself() {
        long ignored = ignoredSignals();
        for (int signal = 1; signal <= LAST_STANDARD; signal++) {
            if ((ignored & 1L << (signal - 1)) != 0) {
                Libc.signal(signal, NO_EFFECT);
            }
        }
    }

    private static long ignoredSignals() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(IGNORED))
                    .mapToLong(line -> Long.parseUnsignedLong(
                            line.substring(IGNORED.length()).strip(), 16))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot read /proc", e);
        }
    }

    /** Returns every process that runs now. */
    public static List<Stat> all() {
        List<Stat> found = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path entry : entries) {
                stat(Integer.parseInt(entry.getFileName().toString())).ifPresent(found::add);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot read /proc", e);
        }
        return found;
    }

    /** Returns the process and all that descend from it, itself first; empty if it has gone. */
    public static List<Stat> tree(int root) {
        List<Stat> found = new ArrayList<>();
        stat(root).ifPresent(found::add);
        for (int i = 0; i < found.size(); i++) {
            children(found.get(i).pid()).forEach(child -> stat(child).ifPresent(found::add));
        }
        return found;
    }

    private static List<Integer> children(int pid) {
        List<Integer> found = new ArrayList<>();
        try (var threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads) {
                for (String child : Files.readString(thread.resolve("children")).split(" ", -1)) {
                    if (!child.isBlank()) {
                        found.add(Integer.parseInt(child));
                    }
                }
            }
        } catch (IOException e) {
            // Ended between two reads.
        }
        return found;
    }

    public static boolean isRoot() {
        return userId() == 0;
    }

    public static int userId() {
        return Libc.geteuid();
    }
}
