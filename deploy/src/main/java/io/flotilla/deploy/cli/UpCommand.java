package io.flotilla.deploy.cli;

import io.flotilla.deploy.pki.ClusterTrust;
import io.flotilla.deploy.plan.ContainerRuntime;
import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Plan;
import io.flotilla.deploy.plan.Profile;
import io.flotilla.deploy.plan.Request;
import io.flotilla.deploy.process.JavaProgram.Purpose;
import io.flotilla.deploy.supervisor.Control.Verb;
import io.flotilla.deploy.supervisor.Launch;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla up}. */
@Command(
        name = "up",
        description = "Start the lab and wait until all of it is ready. A lab that was down comes back with its data,"
                + " addresses and certificates.",
        sortOptions = false)
final class UpCommand implements Callable<Integer> {
    /** How nodes are connected. */
    enum Network {
        HOST
    }

    @Mixin
    private LabDirectory lab = new LabDirectory();

    @Option(names = "--nodes", paramLabel = "N", description = "Nodes, each an agent and a proxy (default: 3).")
    private @Nullable Integer nodes;

    @Option(names = "--apiservers", paramLabel = "N", description = "API servers (default: 3).")
    private @Nullable Integer apiservers;

    @Option(names = "--etcd", paramLabel = "N", description = "etcd members: 1, 3 or 5 (default: 3).")
    private @Nullable Integer etcd;

    @Option(names = "--schedulers", paramLabel = "N", description = "Schedulers, of which one leads (default: 2).")
    private @Nullable Integer schedulers;

    @Option(
            names = "--controller-managers",
            paramLabel = "N",
            description = "Controller managers, of which one leads (default: 2).")
    private @Nullable Integer controllerManagers;

    @Option(
            names = "--runtime",
            paramLabel = "RUNTIME",
            description = "What runs containers: process (real processes, the default) or sim (a simulation).")
    private @Nullable ContainerRuntime runtime;

    @Option(
            names = "--network",
            paramLabel = "NETWORK",
            defaultValue = "host",
            description = "How nodes are connected: host (all on loopback, the default and so far the only one).")
    private Network network = Network.HOST;

    @Option(
            names = "--profile",
            paramLabel = "PROFILE",
            description = "Leases of leaders: fast (3 s, the default) or upstream (15 s, as in Kubernetes).")
    private @Nullable Profile profile;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port of the load balancer in front of the API servers (default: a free one).")
    private @Nullable Integer port;

    @Option(
            names = "--restart",
            negatable = true,
            description = "Whether to start again what dies without having been told to (default: yes).")
    private @Nullable Boolean restart;

    @Option(
            names = "--etcd-binary",
            paramLabel = "FILE",
            defaultValue = "etcd",
            description = "The etcd program (default: the one in PATH).")
    private String etcdBinary = "etcd";

    @Override
    public Integer call() throws IOException, InterruptedException {
        var started = System.nanoTime();
        if (port != null && (port < 1 || port > 65535)) {
            throw new LabException("--port takes 1 to 65535, not " + port + ".");
        }
        var request =
                new Request(etcd, apiservers, schedulers, controllerManagers, nodes, runtime, profile, port, restart);
        var files = lab.files();
        var earlier = lab.planner().load();
        if (earlier.isPresent() && lab.control(earlier.get()).isAnswered()) {
            return alreadyRuns(earlier.get(), request, files);
        }
        var binary = EtcdBinary.find(etcdBinary);
        var plan = lab.planner().plan(request);
        try (var channel = FileChannel.open(files.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = channel.tryLock()) {
            if (lock == null) {
                throw new LabException("Another ./flotilla starts or stops the lab in " + files.root() + " right now.");
            }
            new ClusterTrust(files.pki()).prepare(plan, files);
            System.out.println("Starting " + describe(plan) + " (runtime "
                    + plan.runtime().flag() + ", network " + network.name().toLowerCase(Locale.ROOT) + ") in "
                    + files.root());
            bringUp(plan, files, binary, started);
        }
        return 0;
    }

    private void bringUp(Plan plan, LabFiles files, Path binary, long started)
            throws IOException, InterruptedException {
        Launch.supervisor(plan, files, binary, Purpose.WORK);
        try {
            lab.control(plan).command(Verb.AWAIT, "", step -> progress(started, step));
        } catch (IOException e) {
            throw new LabException(
                    "The supervisor died while it started the lab; its log is " + files.log("supervisor") + ".", e);
        }
        progress(started, "up");
        System.out.println();
        System.out.println("  export KUBECONFIG=" + files.kubeconfig());
        System.out.println("  kubectl get nodes");
        System.out.println();
        System.out.println(
                "./flotilla status shows its processes, ./flotilla kill PROCESS kills one, ./flotilla down ends"
                        + " the lab.");
    }

    private int alreadyRuns(Plan plan, Request request, LabFiles files) throws IOException {
        if (!request.isMetBy(plan)) {
            throw new LabException("The lab in " + files.root() + " already runs, with other options (" + describe(plan)
                    + "): ./flotilla down first.");
        }
        lab.control(plan).command(Verb.AWAIT, "", step -> {});
        System.out.println("The lab in " + files.root() + " already runs: " + describe(plan) + ".");
        System.out.println("  export KUBECONFIG=" + files.kubeconfig());
        return 0;
    }

    private static void progress(long started, String step) {
        System.out.println(String.format(Locale.ROOT, "%6.1f s  %s", (System.nanoTime() - started) / 1e9, step));
    }

    private static String describe(Plan plan) {
        var size = plan.size();
        return size.etcd() + " etcd, " + size.apiservers() + " API servers, " + size.schedulers() + " schedulers, "
                + size.controllerManagers() + " controller managers, " + size.nodes() + " nodes";
    }
}
