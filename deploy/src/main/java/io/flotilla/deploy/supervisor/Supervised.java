package io.flotilla.deploy.supervisor;

import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.process.ProcessIdentity;
import io.flotilla.deploy.process.Program;
import io.flotilla.deploy.process.Programs;
import io.flotilla.deploy.supervisor.ProcessRecord.State;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One process under supervision. What dies unasked is started again, at once the first time and ever later when it keeps dying;
 * what was stopped by command stays stopped.
 */
final class Supervised {
    private static final Duration FIRST_DELAY = Duration.ofMillis(100);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);
    private static final Duration FORGIVEN_AFTER = Duration.ofSeconds(60);
    private static final Duration ASK_AGAIN = Duration.ofMillis(110);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final long LARGEST_LOG = 20L << 20;

    private final Program program;
    private final String labId;
    private final boolean restart;
    private final ScheduledExecutorService timer;
    private final Consumer<String> changed;

    // Guarded by this.
    private ProcessRecord record;
    private long startedAt;
    private long logOffset;
    private long earlierLogOffset;
    private int failures;
    private @Nullable ScheduledFuture<?> pendingRestart;
    private boolean released;

    /** @param changed told, outside any lock, after each change of the record, what happened */
    Supervised(
            Program program, String labId, boolean restart, ScheduledExecutorService timer, Consumer<String> changed) {
        this.program = program;
        this.labId = labId;
        this.restart = restart;
        this.timer = timer;
        this.changed = changed;
        this.record = ProcessRecord.waiting(program.name());
    }

    Program program() {
        return program;
    }

    synchronized ProcessRecord record() {
        return record;
    }

    /** Takes over a process that an earlier supervisor started, or its decision that there be none. */
    void adopt(ProcessRecord earlier, Optional<ProcessIdentity> running) {
        synchronized (this) {
            record = earlier;
            if (running.isPresent()) {
                watch(running.get());
            } else if (earlier.state() != State.STOPPED) {
                record = earlier.ended(State.WAITING, earlier.lastExit());
            }
        }
    }

    /** Starts it unless it runs. */
    void start() {
        synchronized (this) {
            cancelRestart();
            if (record.state() == State.RUNNING) {
                return;
            }
            launch();
        }
        changed.accept(launched("started"));
    }

    /** Ends it with a signal, after the grace period with SIGKILL, and leaves it so; returns when it is gone. */
    void stop(String signal, Duration grace) throws IOException, InterruptedException {
        ProcessIdentity process;
        synchronized (this) {
            cancelRestart();
            process = record.identity();
            if (process == null) {
                record = record.ended(State.STOPPED, record.lastExit());
            } else {
                // Before the signal, so that its death is no surprise.
                record = new ProcessRecord(record.name(), State.STOPPED, process, record.restarts(), record.lastExit());
            }
        }
        if (process != null) {
            Termination.end(List.of(process), signal, grace);
            synchronized (this) {
                record = record.ended(State.STOPPED, "stopped by command (SIG" + signal + ")");
            }
        }
        changed.accept(program.name() + " stopped");
    }

    /** Lets go of it: it is neither restarted nor reported from now on. */
    synchronized void release() {
        released = true;
        cancelRestart();
    }

    /** What it complained of since its last start or, where it has said nothing yet, the one before. */
    Optional<String> complaint() {
        long offset;
        long earlier;
        synchronized (this) {
            offset = logOffset;
            earlier = earlierLogOffset;
        }
        return LogTail.lastComplaint(program.log(), offset).or(() -> LogTail.lastComplaint(program.log(), earlier));
    }

    private synchronized String launched(String how) {
        return program.name() + " " + (record.state() == State.RUNNING ? how : how + " and died: " + record.lastExit());
    }

    private void launch() {
        try {
            rotateLog();
            earlierLogOffset = logOffset;
            logOffset = Files.exists(program.log()) ? Files.size(program.log()) : 0;
            // setsid makes it the leader of a session of its own, so that no terminal's signal reaches it; it keeps its
            // pid.
            var command = new ArrayList<String>();
            command.add("setsid");
            command.addAll(List.of("nice", "-n", Integer.toString(program.kind().niceness())));
            command.addAll(program.command());
            var builder = new ProcessBuilder(command)
                    .directory(program.log().getParent().toFile())
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(program.log().toFile()));
            builder.environment().put(Programs.LAB_VARIABLE, labId);
            builder.environment().put(Programs.PROCESS_VARIABLE, program.name());
            builder.environment().put("MALLOC_ARENA_MAX", "2");
            if (System.getProperty("os.arch").equals("aarch64")) {
                // Debian's etcd wants to be told that we know what we do on this machine.
                builder.environment().put("ETCD_UNSUPPORTED_ARCH", "arm64");
            }
            var child = builder.start();
            startedAt = System.nanoTime();
            var identity = ProcessIdentity.of(child.pid());
            if (identity.isEmpty()) {
                // It is gone already.
                died(describe(child.onExit().join().exitValue()));
                return;
            }
            record = record.running(identity.get());
            standBack(identity.get());
            var _ = child.onExit().thenAccept(ended -> onExit(identity.get(), describe(ended.exitValue())));
        } catch (IOException e) {
            throw new LabException(program.name() + " cannot be started: " + e.getMessage() + ".", e);
        }
    }

    private void standBack(ProcessIdentity process) {
        if (!process.standBack(program.kind().niceness())) {
            var _ = timer.schedule(() -> standBack(process), ASK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void watch(ProcessIdentity process) {
        startedAt = System.nanoTime();
        record = record.running(process);
        lookAfter(process);
    }

    /**
     * Asks again and again whether it lives: only a parent is told. {@link ProcessHandle#onExit} asks too, but ever more
     * rarely, in the end every five seconds.
     */
    private void lookAfter(ProcessIdentity process) {
        synchronized (this) {
            if (released || !process.equals(record.identity())) {
                return;
            }
        }
        if (process.isAlive()) {
            var _ = timer.schedule(() -> lookAfter(process), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        } else {
            timer.execute(() -> onExit(process, "ended, how is not known"));
        }
    }

    private void onExit(ProcessIdentity process, String how) {
        synchronized (this) {
            if (released || !process.equals(record.identity())) {
                return;
            }
            died(how);
        }
        changed.accept(program.name() + " died: " + how);
    }

    private void died(String how) {
        if (record.state() == State.STOPPED) {
            record = record.ended(State.STOPPED, how);
        } else if (!restart) {
            record = record.ended(State.DEAD, how);
        } else {
            if (System.nanoTime() - startedAt > FORGIVEN_AFTER.toNanos()) {
                failures = 0;
            }
            backOff(how);
        }
    }

    private void restart() {
        synchronized (this) {
            if (released || record.state() != State.BACK_OFF) {
                return;
            }
            record = record.restarted();
            try {
                launch();
            } catch (LabException e) {
                backOff(e.getMessage());
            }
        }
        changed.accept(launched("started again"));
    }

    private void backOff(String why) {
        record = record.ended(State.BACK_OFF, why);
        pendingRestart = timer.schedule(this::restart, delay(failures++).toMillis(), TimeUnit.MILLISECONDS);
    }

    private void cancelRestart() {
        if (pendingRestart != null) {
            pendingRestart.cancel(false);
            pendingRestart = null;
        }
    }

    /** Nothing to speak of the first time, then 1 s, doubled each time. */
    private static Duration delay(int failures) {
        if (failures == 0) {
            return FIRST_DELAY;
        }
        var delay = Duration.ofSeconds(1L << Math.min(failures - 1, 10));
        return delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY;
    }

    private void rotateLog() throws IOException {
        var log = program.log();
        if (Files.exists(log) && Files.size(log) > LARGEST_LOG) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String describe(int exitValue) {
        // As shells and the JDK have it: 128 and the signal.
        return exitValue > 128 ? "killed by signal " + (exitValue - 128) : "exit code " + exitValue;
    }
}
