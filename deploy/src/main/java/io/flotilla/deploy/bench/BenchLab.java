package io.flotilla.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.deploy.pki.ClusterTrust;
import io.flotilla.deploy.pki.Trust;
import io.flotilla.deploy.plan.Claims;
import io.flotilla.deploy.plan.ContainerRuntime;
import io.flotilla.deploy.plan.Kind;
import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Listener;
import io.flotilla.deploy.plan.Plan;
import io.flotilla.deploy.plan.Planner;
import io.flotilla.deploy.probe.HttpProbe;
import io.flotilla.deploy.process.ProcessIdentity;
import io.flotilla.deploy.status.ProcessStatus;
import io.flotilla.deploy.status.StatusReader;
import io.flotilla.deploy.supervisor.Teardown;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** A lab that is measured, from the outside as far as possible. */
public final class BenchLab implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int POLL_MILLIS = 50;
    private static final double TICKS_PER_SECOND = 100;

    private final LabFiles files;
    private final Plan plan;
    private final HttpProbe client;
    private final String server;
    private final double upSeconds;
    private int deployments;

    private BenchLab(LabFiles files, Plan plan, HttpProbe client, double upSeconds) {
        this.files = files;
        this.plan = plan;
        this.client = client;
        this.server = "https://" + plan.address(Kind.BALANCER, 1, Listener.HTTPS);
        this.upSeconds = upSeconds;
    }

    public record Idle(double corePercent, double memoryMebibytes) {}

    /** Starts one with the launcher, as a person does. */
    public static BenchLab up(Path directory, ContainerRuntime runtime) throws IOException, InterruptedException {
        var began = System.nanoTime();
        launcher(directory, "up", "--runtime", runtime.flag());
        var seconds = since(began);
        var files = new LabFiles(directory);
        var plan = new Planner(files, Claims.ofUser()).load().orElseThrow();
        var trust = new ClusterTrust(files.pki());
        try {
            var tls = Trust.client(trust.authority(), trust.certificate("admin"), trust.key("admin"));
            return new BenchLab(files, plan, new HttpProbe(tls, Duration.ofSeconds(10)), seconds);
        } catch (GeneralSecurityException e) {
            throw new LabException("The certificates of the lab cannot be used: " + e.getMessage() + ".", e);
        }
    }

    public double upSeconds() {
        return upSeconds;
    }

    /** Watches the lab do nothing for a while. */
    public Idle idle(int seconds) throws InterruptedException {
        var processes = Teardown.processes(plan);
        var before =
                processes.stream().mapToLong(ProcessIdentity::processorTicks).sum();
        var began = System.nanoTime();
        Thread.sleep(Duration.ofSeconds(seconds));
        var after =
                processes.stream().mapToLong(ProcessIdentity::processorTicks).sum();
        var memory = new StatusReader(plan, files)
                .read().stream()
                        .filter(process -> !process.kind().equals(Kind.ETCD.word()))
                        .mapToLong(ProcessStatus::memory)
                        .sum();
        return new Idle((after - before) / TICKS_PER_SECOND / since(began) * 100, memory / 1048576.0);
    }

    /** Seconds from applying a Deployment of that size until all of its pods are Ready. */
    public double deploy(int replicas) throws IOException, InterruptedException {
        var name = "bench-" + ++deployments;
        var began = System.nanoTime();
        client.post(
                URI.create(server + "/apis/apps/v1/namespaces/default/deployments"),
                String.format(Locale.ROOT, """
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "%1$s"}, "spec": {"replicas": %2$d,
                 "selector": {"matchLabels": {"app": "%1$s"}}, "template": {"metadata": {"labels": {"app": "%1$s"}},
                 "spec": {"containers": [{"name": "nginx", "image": "nginx:1.7.9"}]}}}}
                """, name, replicas));
        await(
                "all pods of " + name + " to be Ready",
                () -> deployment(name).path("status").path("readyReplicas").asInt() >= replicas);
        return since(began);
    }

    /** Seconds from the death of a kind's leader until a Deployment made right after it has a pod on a node. */
    public double takeover(String kind) throws IOException, InterruptedException {
        var leader = new StatusReader(plan, files)
                .read().stream()
                        .filter(process -> process.kind().equals(kind) && process.leader())
                        .findFirst()
                        .orElseThrow(() -> new LabException("No " + kind + " leads."));
        ProcessIdentity.of(leader.pid()).orElseThrow().signal("KILL");
        return deploy(1);
    }

    private JsonNode deployment(String name) {
        try {
            return JSON.readTree(
                    client.get(URI.create(server + "/apis/apps/v1/namespaces/default/deployments/" + name)));
        } catch (IOException e) {
            return JSON.createObjectNode();
        }
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        var began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (since(began) > PATIENCE.toSeconds()) {
                throw new LabException("Waited " + PATIENCE.toSeconds() + " s for " + what + ".");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            launcher(files.root(), "down", "--wipe");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void launcher(Path directory, String command, String... options)
            throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of(
                System.getProperty("flotilla.launcher", "flotilla"), command, "--data-dir", directory.toString()));
        line.addAll(List.of(options));
        var exit = new ProcessBuilder(line)
                .redirectOutput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
        if (exit != 0) {
            throw new LabException("./flotilla " + command + " failed.");
        }
    }

    private static double since(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
