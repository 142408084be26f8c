package io.flotilla.deploy.process;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One process for certain: a pid may be given anew, a pid and the time at which the process started may not.
 *
 * @param startTicks when it started, in the kernel's clock ticks since boot
 * @param boot the kernel's id of this boot, for ticks of two boots may coincide
 */
@JsonAutoDetect(isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public record ProcessIdentity(long pid, long startTicks, String boot) {
    private static final Path PROC = Path.of("/proc");

    /** Fields of /proc/PID/stat after the name, which is in parentheses and may hold anything. */
    private static final int STATE = 0;

    private static final int SESSION = 3;

    private static final int BOOT_ID_LENGTH = 64;

    private static final String BOOT = readBoot();

    private static final int USER_TIME = 11;

    private static final int SYSTEM_TIME = 12;

    private static final int START_TIME = 19;

    /** The process that has the pid now. */
    public static Optional<ProcessIdentity> of(long pid) {
        return stat(pid).map(fields -> new ProcessIdentity(pid, Long.parseLong(fields[START_TIME]), BOOT));
    }

    /** Every process that there is now. */
    public static Stream<ProcessIdentity> all() {
        try (var names = Files.list(PROC)) {
            return names
                    .map(path -> path.getFileName().toString())
                    .filter(name -> Character.isDigit(name.charAt(0)))
                    .flatMap(name -> of(Long.parseLong(name)).stream())
                    .toList()
                    .stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    /** Every process that has that variable with that value in its first environment. */
    public static Stream<ProcessIdentity> withEnvironment(String variable, String value) {
        return all().filter(process ->
                process.variable(variable).filter(value::equals).isPresent());
    }

    /** A variable of its first environment, where we may read that. */
    public Optional<String> variable(String name) {
        var prefix = name + "=";
        return environment(Long.toString(pid))
                .filter(entry -> entry.startsWith(prefix))
                .map(entry -> entry.substring(prefix.length()))
                .findFirst();
    }

    public boolean isAlive() {
        return stat(pid)
                        .filter(fields -> fields[STATE].charAt(0) != 'Z' && fields[STATE].charAt(0) != 'X')
                        .filter(fields -> Long.parseLong(fields[START_TIME]) == startTicks)
                        .isPresent()
                && boot.equals(BOOT);
    }

    /** Whether it is stopped by SIGSTOP. */
    public boolean isPaused() {
        return stat(pid).filter(fields -> fields[STATE].equals("T")).isPresent();
    }

    /** Resident memory in bytes, 0 for a process that is gone. */
    public long residentBytes() {
        try (var lines = Files.lines(PROC.resolve(Long.toString(pid)).resolve("status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Processor time it has taken, in hundredths of a second; 0 for a process that is gone. */
    public long processorTicks() {
        return stat(pid)
                .map(fields -> Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]))
                .orElse(0L);
    }

    /** Sends a signal, named as {@code kill} names it, to this process and no other. */
    public void signal(String signal) throws IOException {
        if (!isAlive()) {
            return;
        }
        switch (signal) {
            case "TERM" -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
            case "KILL" -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            default -> shellKill(signal);
        }
    }

    /**
     * Lets a leader of a session stand back where processors are short: Linux may share them out by session first, and
     * looks at what {@code nice} has set only within one. Returns false if this must be asked for again a little later:
     * the process has no session of its own yet, or the kernel does not take so many changes at once.
     *
     * @param niceness 0 to 19
     */
    public boolean standBack(int niceness) {
        if (stat(pid)
                .filter(fields -> !fields[SESSION].equals(Long.toString(pid)))
                .isPresent()) {
            return false;
        }
        var group = PROC.resolve(Long.toString(pid)).resolve("autogroup");
        try {
            Files.writeString(group, Integer.toString(niceness));
            return true;
        } catch (IOException e) {
            // There may be no such groups, and the process may be gone.
            return !String.valueOf(e.getMessage()).contains("temporarily unavailable");
        }
    }

    private void shellKill(String signal) throws IOException {
        try {
            var exit = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (exit != 0 && isAlive()) {
                throw new IOException("signal " + signal + " could not be sent to process " + pid);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Stream<String> environment(String pid) {
        try {
            // ISO 8859-1 takes any byte; a process may have any in its environment.
            return Stream.of(Files.readString(PROC.resolve(pid).resolve("environ"), StandardCharsets.ISO_8859_1)
                    .split("\0"));
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static Optional<String[]> stat(long pid) {
        try {
            var text = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1);
            return Optional.of(text.substring(text.lastIndexOf(')') + 2).split(" "));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String readBoot() {
        // The kernel may answer only the first read of such a file, and Files.readString begins with a short one.
        try (var in = Files.newInputStream(PROC.resolve("sys/kernel/random/boot_id"))) {
            return new String(in.readNBytes(BOOT_ID_LENGTH), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
