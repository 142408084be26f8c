package io.flotilla.machinery.component;

import io.flotilla.machinery.election.ElectionConfig;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The {@code --leader-elect} flags, with Kubernetes' defaults. */
public final class ElectionOptions {
    @Option(
            names = "--leader-elect",
            arity = "0..1",
            defaultValue = "true",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description = "Compete for leadership before doing any work (default: ${DEFAULT-VALUE}).")
    private boolean enabled = true;

    @Option(
            names = "--leader-elect-lease-duration",
            defaultValue = "15s",
            paramLabel = "DURATION",
            description = "How long candidates wait after the last renewal they saw (default: ${DEFAULT-VALUE}).")
    private Duration leaseDuration = Duration.ofSeconds(15);

    @Option(
            names = "--leader-elect-renew-deadline",
            defaultValue = "10s",
            paramLabel = "DURATION",
            description = "How long a leader tries to renew before it stops leading (default: ${DEFAULT-VALUE}).")
    private Duration renewDeadline = Duration.ofSeconds(10);

    @Option(
            names = "--leader-elect-retry-period",
            defaultValue = "2s",
            paramLabel = "DURATION",
            description = "Time between two attempts (default: ${DEFAULT-VALUE}).")
    private Duration retryPeriod = Duration.ofSeconds(2);

    @Option(
            names = "--leader-elect-resource-namespace",
            defaultValue = "kube-system",
            paramLabel = "NAMESPACE",
            description = "Namespace of the Lease (default: ${DEFAULT-VALUE}).")
    private String namespace = "kube-system";

    public boolean enabled() {
        return enabled;
    }

    /**
     * Returns how this process competes.
     *
     * @param leaseName name of the Lease, such as {@code kube-scheduler}
     * @param identity holderIdentity of this process
     */
    public ElectionConfig toConfig(String leaseName, String identity) {
        return new ElectionConfig(namespace, leaseName, identity, leaseDuration, renewDeadline, retryPeriod);
    }
}
