package io.flotilla.kubelet.runtime.sim;

import io.flotilla.kubelet.runtime.crilog.LogLines;
import io.flotilla.kubelet.runtime.embedded.LifecycleEvents;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.kubelet.runtime.sim.SimContainer.End;
import io.flotilla.proto.cri.ContainerEventType;
import io.flotilla.proto.cri.ContainerStatus;
import io.flotilla.proto.cri.PodSandboxStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves simulated containers through their life; one thread keeps everybody's time. */
final class SimLife {

    private static final Logger LOG = LoggerFactory.getLogger(SimLife.class);
    private static final int CANNOT_RUN = 128;
    private static final int KILLED = 137;

    private final SimStore store;
    private final LifecycleEvents events;
    private final ScheduledExecutorService timers;
    private final InstantSource clock;

    SimLife(SimStore store, LifecycleEvents events, ScheduledExecutorService timers, InstantSource clock) {
        this.store = store;
        this.events = events;
        this.timers = timers;
        this.clock = clock;
    }

    /** Sets the timers of containers that an earlier agent started; those that are over fire at once. */
    void adopt() {
        store.containers().stream().filter(SimContainer::running).forEach(this::follow);
    }

    void start(SimContainer container) {
        if (!container.claimStart()) {
            throw new RuntimeFault(
                    Kind.REFUSED,
                    "container \"" + container.id() + "\" is in "
                            + container.status().getState() + " state");
        }
        Script script = container.script();
        pause(script.startDelay());
        script.startError().ifPresent(error -> {
            end(container, new End(clock.instant(), CANNOT_RUN, "StartError", error));
            throw new RuntimeFault(Kind.REFUSED, error);
        });
        store.started(container, clock.instant());
        write(container, script.logLines());
        publish(container, ContainerEventType.CONTAINER_STARTED_EVENT);
        follow(container);
    }

    private void follow(SimContainer container) {
        Script script = container.script();
        Instant started = container.startedAt().orElseGet(clock::instant);
        script.runFor(container.attempt()).ifPresent(time -> {
            long left = Math.max(
                    0, Duration.between(clock.instant(), started.plus(time)).toNanos());
            container.setTimer(timers.schedule(() -> endByItself(container), left, TimeUnit.NANOSECONDS));
        });
        script.logInterval()
                .ifPresent(interval -> container.setWriter(timers.scheduleWithFixedDelay(
                        () -> write(container, script.logLines()),
                        interval.toNanos(),
                        interval.toNanos(),
                        TimeUnit.NANOSECONDS)));
    }

    private void endByItself(SimContainer container) {
        Script script = container.script();
        int code = script.exitCode(container.attempt());
        String reason = code == 0 ? "Completed" : code == KILLED && script.outOfMemory() ? "OOMKilled" : "Error";
        end(container, new End(clock.instant(), code, reason, ""));
    }

    void stop(SimContainer container, Duration grace) {
        if (!container.running()) {
            return;
        }
        Duration needed = container.script().stopDelay();
        boolean polite = !grace.isZero() && needed.compareTo(grace) <= 0;
        pause(polite ? needed : grace);
        end(
                container,
                polite ? new End(clock.instant(), 0, "Completed", "") : new End(clock.instant(), KILLED, "Error", ""));
    }

    void remove(SimContainer container) {
        end(container, new End(clock.instant(), KILLED, "Error", ""));
        store.remove(container);
        publish(container, ContainerEventType.CONTAINER_DELETED_EVENT);
    }

    private void end(SimContainer container, End end) {
        if (store.ended(container, end)) {
            publish(container, ContainerEventType.CONTAINER_STOPPED_EVENT);
        }
    }

    private void write(SimContainer container, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        container.log().ifPresent(log -> {
            byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
            var entry = new ByteArrayOutputStream();
            LogLines.append(entry, clock.instant(), LogLines.Stream.STDOUT, text, text.length, true);
            try {
                append(log, entry.toByteArray());
            } catch (IOException e) {
                LOG.warn("The log of simulated container {} cannot be written", container.id(), e);
            }
        });
    }

    private static void append(Path log, byte[] entry) throws IOException {
        Files.createDirectories(log.getParent());
        Files.write(log, entry, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFault(Kind.REFUSED, "the runtime is closing", e);
        }
    }

    void publish(SimContainer container, ContainerEventType type) {
        events.publish(container.id(), type, new LifecycleEvents.PodView() {
            @Override
            public PodSandboxStatus sandbox() {
                return container.pod().status();
            }

            @Override
            public List<ContainerStatus> containers() {
                return store.of(container.pod()).stream()
                        .map(SimContainer::status)
                        .toList();
            }
        });
    }
}
