package io.flotilla.deploy.cli;

import io.flotilla.deploy.bench.BenchLab;
import io.flotilla.deploy.plan.ContainerRuntime;
import io.flotilla.deploy.plan.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code flotilla bench}. */
@Command(
        name = "bench",
        description = "Measure the lab: how long it takes to start and what it takes at rest, how long many pods take,"
                + " and for how long killing a leader stops the work. Uses labs of its own.")
final class BenchCommand implements Callable<Integer> {
    private static final Duration SETTLING = Duration.ofSeconds(15);
    private static final Duration REST = Duration.ofMinutes(3);

    @Option(names = "--replicas", defaultValue = "30", description = "Pods of real processes (default: 30).")
    private int replicas = 30;

    @Option(names = "--sim-replicas", defaultValue = "1000", description = "Simulated pods (default: 1000).")
    private int simReplicas = 1000;

    @Option(names = "--idle-seconds", defaultValue = "30", description = "How long to watch an idle lab (default: 30).")
    private int idleSeconds = 30;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (replicas < 1 || simReplicas < 1 || idleSeconds < 1) {
            throw new LabException("--replicas, --sim-replicas and --idle-seconds take numbers from 1.");
        }
        var directory = Files.createTempDirectory("flotilla-bench-");
        try {
            withProcesses(directory.resolve("process"));
            withSimulation(directory.resolve("sim"));
        } finally {
            Files.deleteIfExists(directory);
        }
        return 0;
    }

    private void withProcesses(Path directory) throws IOException, InterruptedException {
        try (var lab = BenchLab.up(directory, ContainerRuntime.PROCESS)) {
            System.out.printf("up, until every process and node is ready     %6.1f s%n", lab.upSeconds());
            Thread.sleep(SETTLING);
            var idle = lab.idle(idleSeconds);
            System.out.printf(
                    "idle: processor time, 15 s after the start    %6.1f %% of one core%n", idle.corePercent());
            Thread.sleep(REST);
            idle = lab.idle(idleSeconds);
            System.out.printf(
                    "idle: processor time, 3 minutes later         %6.1f %% of one core%n", idle.corePercent());
            System.out.printf("idle: resident memory of its JVMs             %6.0f MiB%n", idle.memoryMebibytes());
            System.out.printf(
                    "%4d nginx pods, applied to all Ready          %6.1f s%n", replicas, lab.deploy(replicas));
            System.out.printf("scheduler leader killed, pods bound again     %6.1f s%n", lab.takeover("scheduler"));
            System.out.printf(
                    "controller manager leader killed, pods again  %6.1f s%n", lab.takeover("controller-manager"));
        }
    }

    private void withSimulation(Path directory) throws IOException, InterruptedException {
        try (var lab = BenchLab.up(directory, ContainerRuntime.SIM)) {
            System.out.printf(
                    "%4d simulated pods, applied to all Ready      %6.1f s%n", simReplicas, lab.deploy(simReplicas));
            System.out.printf(
                    "%4d more, in the same lab                     %6.1f s%n", simReplicas, lab.deploy(simReplicas));
        }
    }
}
