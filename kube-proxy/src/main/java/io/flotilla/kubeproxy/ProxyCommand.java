package io.flotilla.kubeproxy;

import io.flotilla.machinery.component.ClientOptions;
import io.flotilla.machinery.component.ComponentCommand;
import io.flotilla.machinery.component.ServingOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "kube-proxy", description = "Makes Services reachable on a node.")
final class ProxyCommand extends ComponentCommand {
    @Mixin
    private ClientOptions client = new ClientOptions();

    @Mixin
    private ServingOptions serving = new ServingOptions();

    @Option(
            names = "--hostname-override",
            required = true,
            paramLabel = "NAME",
            description = "Name of the node, by which endpoints on it are told.")
    private String node = "";

    @Option(
            names = "--node-ip",
            required = true,
            paramLabel = "ADDRESS",
            description = "Address of the node; node ports are served on it.")
    private String nodeIp = "";

    @Option(
            names = "--proxy-mode",
            defaultValue = "userspace",
            paramLabel = "MODE",
            description = "How connections are proxied: userspace (default: ${DEFAULT-VALUE}).")
    private String mode = "userspace";

    @Option(
            names = "--nodeport-addresses",
            split = ",",
            paramLabel = "ADDRESS|CIDR",
            description = "Addresses of this machine on which node ports are served, or blocks that they are in"
                    + " (default: 127.0.0.1 and --node-ip).")
    private @Nullable List<String> nodePortAddresses;

    @Option(
            names = "--udp-idle-timeout",
            defaultValue = "30s",
            paramLabel = "DURATION",
            description = "How long a client of a UDP service keeps its endpoint after its last datagram"
                    + " (default: ${DEFAULT-VALUE}).")
    private Duration udpIdleTimeout = Duration.ofSeconds(30);

    static int run(String... args) {
        return run(new ProxyCommand(), args);
    }

    ClientOptions client() {
        return client;
    }

    ServingOptions serving() {
        return serving;
    }

    /** Returns the flags, checked; fails with a sentence that names the one at fault. */
    ProxyConfig config() {
        if (!mode.equals("userspace")) {
            throw new IllegalArgumentException("--proxy-mode: \"" + mode + "\" is not supported; use userspace");
        }
        return new ProxyConfig(
                node,
                NodeAddresses.resolve(nodeIp, nodePortAddresses == null ? List.of() : nodePortAddresses),
                udpIdleTimeout);
    }
}
