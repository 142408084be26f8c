package io.flotilla.kubelet;

import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.flotilla.machinery.component.ClientOptions;
import io.flotilla.machinery.component.ComponentCommand;
import io.flotilla.machinery.component.ServingOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The agent's flags. */
@Command(name = "kubelet", description = "The agent of a node: runs the pods that are bound to it.")
final class KubeletCommand extends ComponentCommand {
    private static final int DEFAULT_HEALTH_PORT = 10248;
    private static final Pattern TAINT =
            Pattern.compile("([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)");

    @Mixin
    private ClientOptions client = new ClientOptions();

    @Mixin
    private ServingOptions serving = new ServingOptions();

    @Option(names = "--hostname-override", paramLabel = "NAME", description = "Name of the node (default: the host's).")
    private String hostname = "";

    @Option(
            names = "--node-ip",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "Address of the node (default: ${DEFAULT-VALUE}).")
    private String nodeIp = "127.0.0.1";

    @Option(
            names = "--port",
            defaultValue = "10250",
            paramLabel = "PORT",
            description = "Port of the agent's gRPC service on the node's address (default: ${DEFAULT-VALUE}).")
    private int port = 10250;

    @Option(
            names = "--client-ca-file",
            paramLabel = "FILE",
            description = "PEM file of the CA of those who may call the agent (default: --certificate-authority).")
    private @Nullable Path clientCa;

    @Option(names = "--pod-cidr", defaultValue = "", paramLabel = "CIDR", description = "Addresses of the node's pods.")
    private String podCidr = "";

    @Option(
            names = "--root-dir",
            defaultValue = "/var/lib/kubelet",
            paramLabel = "DIRECTORY",
            description =
                    "Directory for volumes, logs and the state of an embedded runtime (default: ${DEFAULT-VALUE}).")
    private Path rootDir = Path.of("/var/lib/kubelet");

    @Option(
            names = "--container-runtime-endpoint",
            defaultValue = "process",
            paramLabel = "ENDPOINT",
            description = "process, sim, or unix:///path of a CRI runtime's socket (default: ${DEFAULT-VALUE}).")
    private String runtimeEndpoint = "process";

    @Option(
            names = "--max-pods",
            defaultValue = "110",
            paramLabel = "NUMBER",
            description = "How many pods the node takes (default: ${DEFAULT-VALUE}).")
    private int maxPods = 110;

    @Option(
            names = "--node-labels",
            split = ",",
            paramLabel = "KEY=VALUE",
            description = "Labels to register the node with.")
    private Map<String, String> nodeLabels = new LinkedHashMap<>();

    @Option(
            names = "--register-with-taints",
            split = ",",
            paramLabel = "KEY=VALUE:EFFECT",
            description = "Taints to register the node with.")
    private List<String> taints = new ArrayList<>();

    @Option(
            names = "--node-status-update-frequency",
            defaultValue = "10s",
            paramLabel = "DURATION",
            description = "Time between two looks at the node's status (default: ${DEFAULT-VALUE}).")
    private Duration statusFrequency = Duration.ofSeconds(10);

    @Option(
            names = "--node-lease-duration-seconds",
            defaultValue = "40",
            paramLabel = "SECONDS",
            description = "Duration of the node's lease (default: ${DEFAULT-VALUE}).")
    private int leaseSeconds = 40;

    @Option(
            names = "--cluster-dns",
            split = ",",
            paramLabel = "ADDRESS",
            description = "Name servers of the cluster, for pods.")
    private List<String> clusterDns = new ArrayList<>();

    @Option(
            names = "--cluster-domain",
            defaultValue = "cluster.local",
            paramLabel = "DOMAIN",
            description = "Domain of the cluster (default: ${DEFAULT-VALUE}).")
    private String clusterDomain = "cluster.local";

    @Option(
            names = "--container-log-max-size",
            defaultValue = "10Mi",
            paramLabel = "QUANTITY",
            description = "Size at which a container's log is rotated (default: ${DEFAULT-VALUE}).")
    private String logMaxSize = "10Mi";

    @Option(
            names = "--container-log-max-files",
            defaultValue = "5",
            paramLabel = "NUMBER",
            description = "How many log files a container has at most, 2 or more (default: ${DEFAULT-VALUE}).")
    private int logMaxFiles = 5;

    static int run(String... args) {
        return run(new KubeletCommand(), args);
    }

    /** Returns the flags, checked. Fails with a sentence that names the flag at fault. */
    KubeletConfig config() {
        return new KubeletConfig(
                client.toConfig(),
                serving.toConfig(DEFAULT_HEALTH_PORT),
                Optional.ofNullable(clientCa),
                hostname.isEmpty() ? Hosts.name() : hostname.toLowerCase(Locale.ROOT),
                nodeIp,
                port,
                podCidr,
                rootDir.toAbsolutePath(),
                runtimeEndpoint,
                maxPods,
                nodeLabels,
                taints.stream().map(KubeletCommand::taint).toList(),
                statusFrequency,
                leaseSeconds,
                clusterDns,
                clusterDomain,
                logMaxSize,
                logMaxFiles);
    }

    private static Taint taint(String text) {
        Matcher taint = TAINT.matcher(text);
        if (!taint.matches()) {
            throw new IllegalArgumentException(
                    "--register-with-taints: \"" + text + "\" is not of the form key=value:effect");
        }
        return new TaintBuilder()
                .withKey(taint.group(1))
                .withValue(taint.group(2))
                .withEffect(taint.group(3))
                .build();
    }
}
