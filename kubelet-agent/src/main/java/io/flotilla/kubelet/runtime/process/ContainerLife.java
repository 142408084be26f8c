package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.LifecycleEvents;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.kubelet.runtime.embedded.StateFile;
import io.flotilla.kubelet.runtime.linux.Processes;
import io.flotilla.kubelet.runtime.linux.Watcher;
import io.flotilla.kubelet.runtime.process.ProcessContainer.State;
import io.flotilla.proto.cri.ContainerEventType;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves containers through their life: start, adoption, end. */
final class ContainerLife {

    private static final Logger LOG = LoggerFactory.getLogger(ContainerLife.class);

    /** What runtimes report for a program that could not be run. */
    private static final int CANNOT_RUN = 128;
    /** What runtimes report when nobody saw the end. */
    private static final int UNKNOWN = 255;

    private static final Duration SHIM_APPEARS = Duration.ofSeconds(10);

    private final ContainerStore containers;
    private final InitScript scripts;
    private final Launcher launcher;
    private final Isolation isolation;
    private final Cgroups cgroups;
    private final Watcher watcher;
    private final LifecycleEvents events;
    private final InstantSource clock;
    private final RawOutput output;
    private final Executor launches;
    private final Map<String, List<Integer>> watches = new ConcurrentHashMap<>();

    ContainerLife(
            ContainerStore containers,
            InitScript scripts,
            Launcher launcher,
            Isolation isolation,
            Cgroups cgroups,
            Watcher watcher,
            LifecycleEvents events,
            RawOutput output,
            Executor launches,
            InstantSource clock) {
        this.containers = containers;
        this.scripts = scripts;
        this.launcher = launcher;
        this.isolation = isolation;
        this.cgroups = cgroups;
        this.watcher = watcher;
        this.events = events;
        this.output = output;
        this.launches = launches;
        this.clock = clock;
    }

    void start(ProcessContainer container) {
        if (!container.sandbox().ready()) {
            throw new RuntimeFault(
                    Kind.REFUSED, "sandbox \"" + container.sandbox().id() + "\" is not running");
        }
        if (!container.claimStart()) {
            throw new RuntimeFault(
                    Kind.REFUSED,
                    "container \"" + container.id() + "\" is in "
                            + container.status().getState() + " state");
        }
        try {
            var cgroup =
                    cgroups.create(container.id(), container.config().getLinux().getResources());
            StateFile.write(container.files().cgroup(), cgroup.toText());
            String script = scripts.write(
                    container.spec(),
                    container.files(),
                    container.sandbox().hostname(),
                    cgroup.directories(),
                    isolation);
            onPlatformThread(() -> launcher.launch(container.spec(), container.files(), script));
            follow(container);
        } catch (RuntimeException e) {
            Instant now = clock.instant();
            String message = String.valueOf(e.getMessage());
            StateFile.write(container.files().startError(), message);
            cgroups.remove(container.files());
            container.moveTo(new State.Exited(now, now, CANNOT_RUN, "StartError", message));
            publish(container, ContainerEventType.CONTAINER_STOPPED_EVENT);
            throw e;
        }
    }

    private void onPlatformThread(Runnable launch) {
        try {
            CompletableFuture.runAsync(launch, launches).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Finds out what became of a container while no agent was there, and goes on from that. */
    void adopt(ProcessContainer container, boolean sameBoot) {
        ContainerFiles files = container.files();
        if (!Files.exists(files.launched())) {
            return;
        }
        container.logs().resume();
        Optional<String> startError = StateFile.read(files.startError());
        if (startError.isPresent()) {
            Instant then = ContainerFiles.modified(files.startError()).orElse(Instant.EPOCH);
            container.moveTo(new State.Exited(then, then, CANNOT_RUN, "StartError", startError.get()));
        } else if (sameBoot && (isAlive(files) || shimAppears(files))) {
            carryOverOldOutput(container);
            follow(container);
        } else {
            carryOverOldOutput(container);
            end(container);
        }
    }

    private static boolean isAlive(ContainerFiles files) {
        return files.init().isPresent()
                && files.shim()
                        .map(Processes.Stat::identity)
                        .filter(Processes::runs)
                        .isPresent();
    }

    /** An agent killed in the middle of a start may leave a shim that is just coming up. */
    private static boolean shimAppears(ContainerFiles files) {
        if (files.init().isPresent() || files.exitCode().isPresent()) {
            return false;
        }
        long deadline = System.nanoTime() + SHIM_APPEARS.toNanos();
        while (System.nanoTime() < deadline) {
            if (isAlive(files)) {
                return true;
            }
            if (files.exitCode().isPresent()) {
                return false;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(20).toNanos());
        }
        return false;
    }

    private void carryOverOldOutput(ProcessContainer container) {
        Instant written = ContainerFiles.modified(container.files().rawOut()).orElseGet(clock::instant);
        Instant complained = ContainerFiles.modified(container.files().rawErr()).orElse(written);
        container.logs().pump(written.isAfter(complained) ? written : complained, false);
    }

    /** Follows a container that runs: its output, and its end. */
    private void follow(ProcessContainer container) {
        ContainerFiles files = container.files();
        int shim = files.shim().map(Processes.Stat::pid).orElse(0);
        int init = files.init().map(Processes.Stat::pid).orElse(0);
        watches.put(
                container.id(),
                List.of(
                        watcher.onGrowth(files.rawOut(), () -> grown(container)),
                        watcher.onGrowth(files.rawErr(), () -> grown(container))));
        grown(container);
        container.moveTo(new State.Running(shim, init, files.startedAt()));
        publish(container, ContainerEventType.CONTAINER_STARTED_EVENT);
        watcher.onEnd(
                shim,
                () -> Thread.ofVirtual().name("runtime-end-" + container.id()).start(() -> end(container)));
    }

    private void grown(ProcessContainer container) {
        container.logs().pump(clock.instant(), false);
        output.wake(container.id());
    }

    private void end(ProcessContainer container) {
        try {
            ContainerFiles files = container.files();
            OptionalInt code = files.exitCode();
            if (code.isEmpty()) {
                // The shim itself was killed; nothing of its container may be left behind.
                Leftovers.kill(files);
            }
            container.logs().pump(clock.instant(), true);
            container.moveTo(outcome(files, code));
            cgroups.remove(files);
            output.wake(container.id());
            publish(container, ContainerEventType.CONTAINER_STOPPED_EVENT);
        } catch (RuntimeException e) {
            LOG.error("The end of container {} could not be taken in", container.id(), e);
        }
    }

    private State outcome(ContainerFiles files, OptionalInt code) {
        Instant started = files.startedAt();
        if (code.isEmpty()) {
            StateFile.write(files.unseen(), "");
            files.writeExitCode(UNKNOWN);
        }
        if (cgroups.outOfMemory(files)) {
            StateFile.write(files.outOfMemory(), "");
        }
        Instant finished = files.exitedAt().orElse(started);
        if (Files.exists(files.unseen())) {
            return new State.Exited(
                    started, finished, UNKNOWN, "Unknown", "the container's end was not seen by its shim");
        }
        boolean killed = Files.exists(files.outOfMemory());
        String reason = killed ? "OOMKilled" : code.orElse(UNKNOWN) == 0 ? "Completed" : "Error";
        return new State.Exited(started, finished, code.orElse(UNKNOWN), reason, "");
    }

    void stop(ProcessContainer container, Duration grace) {
        try {
            if (!(container.awaitStarted() instanceof State.Running running)) {
                return;
            }
            int signal = container.spec().stopSignal();
            if (!grace.isZero() && signal != Processes.SIGKILL) {
                Processes.signal(running.init(), signal);
                if (container.awaitExit(grace)) {
                    return;
                }
            }
            Leftovers.kill(container.files());
            container.awaitExit();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFault(Kind.REFUSED, "the runtime is closing", e);
        }
    }

    void remove(ProcessContainer container) {
        stop(container, Duration.ZERO);
        List<Integer> watched = watches.remove(container.id());
        if (watched != null) {
            watched.forEach(watcher::forget);
        }
        cgroups.remove(container.files());
        containers.remove(container);
        publish(container, ContainerEventType.CONTAINER_DELETED_EVENT);
    }

    void publish(ProcessContainer container, ContainerEventType type) {
        events.publish(container.id(), type, new LifecycleEvents.PodView() {
            @Override
            public io.flotilla.proto.cri.PodSandboxStatus sandbox() {
                return container.sandbox().status();
            }

            @Override
            public List<io.flotilla.proto.cri.ContainerStatus> containers() {
                return containers.of(container.sandbox()).stream()
                        .map(ProcessContainer::status)
                        .toList();
            }
        });
    }

    /** Reads what the machine says about the boot under way, for comparison with an earlier agent's. */
    static String boot() throws IOException {
        return Files.readString(java.nio.file.Path.of("/proc/sys/kernel/random/boot_id"))
                .strip();
    }
}
