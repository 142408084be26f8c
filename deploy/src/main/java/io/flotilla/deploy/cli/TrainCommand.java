package io.flotilla.deploy.cli;

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
import io.flotilla.deploy.plan.Request;
import io.flotilla.deploy.probe.HttpProbe;
import io.flotilla.deploy.process.Distribution;
import io.flotilla.deploy.process.JavaProgram.Purpose;
import io.flotilla.deploy.process.OldClassFiles;
import io.flotilla.deploy.supervisor.Control;
import io.flotilla.deploy.supervisor.Control.Verb;
import io.flotilla.deploy.supervisor.Launch;
import io.flotilla.deploy.supervisor.Teardown;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Runs the smallest lab through what every lab does, so that the JVM of each program records which classes it loads, and
 * writes them to a cache from which later ones start. The launcher calls this after a build.
 */
@Command(name = "train", description = "Make the caches from which the JVMs start fast.", hidden = true)
final class TrainCommand implements Callable<Integer> {
    private static final Request SMALLEST = new Request(1, 1, 1, 1, 1, ContainerRuntime.PROCESS, null, null, false);
    private static final Duration PODS_READY_WITHIN = Duration.ofSeconds(20);
    private static final int POLL_MILLIS = 200;
    private static final String DEPLOYMENT = """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "training"}, "spec": {"replicas": 2,
             "selector": {"matchLabels": {"app": "training"}}, "template": {"metadata": {"labels": {"app": "training"}},
             "spec": {"containers": [{"name": "nginx", "image": "nginx", "ports": [{"containerPort": 80}]}]}}}}
            """;
    private static final String SERVICE = """
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "training"}, "spec": {
             "selector": {"app": "training"}, "ports": [{"port": 80}]}}
            """;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var etcd = EtcdBinary.find("etcd");
        OldClassFiles.modernize(Distribution.current().libraries());
        var directory = Files.createTempDirectory("flotilla-training-");
        var files = new LabFiles(directory.resolve("lab"));
        var plan = new Planner(files, new Claims(directory.resolve("blocks"))).plan(SMALLEST);
        new ClusterTrust(files.pki()).prepare(plan, files);
        var control = new Control(files.socket(plan.id()));
        try {
            Launch.supervisor(plan, files, etcd, Purpose.TRAINING);
            control.command(Verb.AWAIT, "", System.out::println);
            work(plan, files);
            commandLine(files);
        } finally {
            end(plan, files, control);
        }
        Wipe.run(files);
        Wipe.delete(directory);
        return 0;
    }

    private static void end(Plan plan, LabFiles files, Control control) throws IOException, InterruptedException {
        try {
            control.command(Verb.DOWN, "", step -> {});
        } catch (IOException e) {
            System.out.println("The supervisor is gone already: " + e.getMessage());
        }
        Teardown.run(plan, files, Purpose.TRAINING);
    }

    /** What every program meets sooner or later: objects that are made, reconciled, scheduled, run and removed. */
    private static void work(Plan plan, LabFiles files) throws InterruptedException {
        var trust = new ClusterTrust(files.pki());
        var server = "https://" + plan.address(Kind.BALANCER, 1, Listener.HTTPS);
        var deployments = URI.create(server + "/apis/apps/v1/namespaces/default/deployments");
        try {
            var probe = new HttpProbe(
                    Trust.client(trust.authority(), trust.certificate("admin"), trust.key("admin")),
                    Duration.ofSeconds(5));
            probe.post(URI.create(server + "/api/v1/namespaces/default/services"), SERVICE);
            probe.post(deployments, DEPLOYMENT);
            var deadline = System.nanoTime() + PODS_READY_WITHIN.toNanos();
            while (!probe.get(URI.create(deployments + "/training")).contains("\"readyReplicas\":2")
                    && System.nanoTime() < deadline) {
                Thread.sleep(POLL_MILLIS);
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new LabException("The training lab does not work: " + e.getMessage() + ".", e);
        }
    }

    /** The command line is a program too: one run of it is recorded. */
    private static void commandLine(LabFiles files) throws IOException, InterruptedException {
        var launcher = System.getProperty("flotilla.launcher");
        if (launcher == null) {
            return;
        }
        var builder = new ProcessBuilder(
                        Path.of(launcher).toString(),
                        "status",
                        "--data-dir",
                        files.root().toString())
                .inheritIO();
        builder.environment().putAll(Map.of("FLOTILLA_TRAIN_COMMAND_LINE", "yes", "FLOTILLA_NO_BUILD", "yes"));
        builder.start().waitFor();
    }
}
