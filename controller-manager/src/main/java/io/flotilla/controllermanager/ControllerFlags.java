package io.flotilla.controllermanager;

import io.flotilla.controllermanager.controller.ControllerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of the controllers, named and with the defaults as Kubernetes has them. */
final class ControllerFlags {
    @Option(
            names = "--controllers",
            split = ",",
            defaultValue = "*",
            paramLabel = "NAME",
            description =
                    "Controllers to run: * for all, foo for foo, -foo for all but foo (default: ${DEFAULT-VALUE}).")
    private List<String> controllers = List.of("*");

    @Option(
            names = "--root-ca-file",
            paramLabel = "FILE",
            description = "PEM file of the CA that is published to every namespace.")
    private @Nullable Path rootCaFile;

    @Option(
            names = "--service-account-private-key-file",
            paramLabel = "FILE",
            description = "Accepted and not used: the API servers issue all tokens.")
    @SuppressWarnings("UnusedVariable") // part of the command lines that people copy
    private @Nullable Path serviceAccountPrivateKeyFile;

    @Option(names = "--cluster-cidr", paramLabel = "CIDR", description = "Range of which nodes get their pod CIDRs.")
    private @Nullable String clusterCidr;

    @Option(
            names = "--allocate-node-cidrs",
            arity = "0..1",
            defaultValue = "false",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description = "Give every node a pod CIDR out of --cluster-cidr (default: ${DEFAULT-VALUE}).")
    private boolean allocateNodeCidrs;

    @Option(
            names = "--node-cidr-mask-size",
            defaultValue = "24",
            paramLabel = "BITS",
            description = "Prefix length of a node's pod CIDR (default: ${DEFAULT-VALUE}).")
    private int nodeCidrMaskSize = 24;

    @Option(
            names = "--concurrent-replicaset-syncs",
            defaultValue = "5",
            paramLabel = "N",
            description = "ReplicaSets that are synced at once (default: ${DEFAULT-VALUE}).")
    private int concurrentReplicaSetSyncs = 5;

    @Option(
            names = "--concurrent-deployment-syncs",
            defaultValue = "5",
            paramLabel = "N",
            description = "Deployments that are synced at once (default: ${DEFAULT-VALUE}).")
    private int concurrentDeploymentSyncs = 5;

    @Option(
            names = "--concurrent-endpoint-syncs",
            defaultValue = "5",
            paramLabel = "N",
            description = "Endpoints that are synced at once (default: ${DEFAULT-VALUE}).")
    private int concurrentEndpointSyncs = 5;

    @Option(
            names = "--concurrent-service-endpoint-syncs",
            defaultValue = "5",
            paramLabel = "N",
            description = "Services whose EndpointSlices are synced at once (default: ${DEFAULT-VALUE}).")
    private int concurrentServiceEndpointSyncs = 5;

    @Option(
            names = "--concurrent-namespace-syncs",
            defaultValue = "10",
            paramLabel = "N",
            description = "Namespaces that are emptied at once (default: ${DEFAULT-VALUE}).")
    private int concurrentNamespaceSyncs = 10;

    @Option(
            names = "--concurrent-serviceaccount-token-syncs",
            defaultValue = "5",
            paramLabel = "N",
            description = "Namespaces whose service account is synced at once (default: ${DEFAULT-VALUE}).")
    private int concurrentServiceAccountSyncs = 5;

    @Option(
            names = "--concurrent-gc-syncs",
            defaultValue = "20",
            paramLabel = "N",
            description = "Objects that the garbage collector looks at at once (default: ${DEFAULT-VALUE}).")
    private int concurrentGcSyncs = 20;

    @Option(
            names = "--concurrent-resource-quota-syncs",
            defaultValue = "5",
            paramLabel = "N",
            description = "Resource quotas that are counted anew at once (default: ${DEFAULT-VALUE}).")
    private int concurrentResourceQuotaSyncs = 5;

    @Option(
            names = "--resource-quota-sync-period",
            defaultValue = "5m",
            paramLabel = "DURATION",
            description =
                    "Time after which a resource quota is counted anew at the latest (default: ${DEFAULT-VALUE}).")
    private Duration resourceQuotaSyncPeriod = Duration.ofMinutes(5);

    @Option(
            names = "--node-monitor-period",
            defaultValue = "5s",
            paramLabel = "DURATION",
            description = "Time between two looks at the heartbeats of nodes (default: ${DEFAULT-VALUE}).")
    private Duration nodeMonitorPeriod = Duration.ofSeconds(5);

    @Option(
            names = "--node-monitor-grace-period",
            defaultValue = "50s",
            paramLabel = "DURATION",
            description =
                    "Time without heartbeat after which a node counts as unreachable (default: ${DEFAULT-VALUE}).")
    private Duration nodeMonitorGracePeriod = Duration.ofSeconds(50);

    @Option(
            names = "--node-startup-grace-period",
            defaultValue = "60s",
            paramLabel = "DURATION",
            description = "The same for a node that has not sent any yet (default: ${DEFAULT-VALUE}).")
    private Duration nodeStartupGracePeriod = Duration.ofSeconds(60);

    @Option(
            names = "--node-eviction-rate",
            defaultValue = "0.1",
            paramLabel = "N",
            description = "Nodes per second from which pods are evicted in a healthy zone (default: ${DEFAULT-VALUE}).")
    private double nodeEvictionRate = 0.1;

    @Option(
            names = "--secondary-node-eviction-rate",
            defaultValue = "0.01",
            paramLabel = "N",
            description = "The same in an unhealthy zone of a large cluster (default: ${DEFAULT-VALUE}).")
    private double secondaryNodeEvictionRate = 0.01;

    @Option(
            names = "--large-cluster-size-threshold",
            defaultValue = "50",
            paramLabel = "N",
            description = "Nodes above which a zone counts as large (default: ${DEFAULT-VALUE}).")
    private int largeClusterSizeThreshold = 50;

    @Option(
            names = "--unhealthy-zone-threshold",
            defaultValue = "0.55",
            paramLabel = "N",
            description =
                    "Part of the nodes of a zone that must be not ready for it to be unhealthy (default: ${DEFAULT-VALUE}).")
    private double unhealthyZoneThreshold = 0.55;

    @Option(
            names = "--terminated-pod-gc-threshold",
            defaultValue = "12500",
            paramLabel = "N",
            description =
                    "Finished pods that may exist before the oldest are deleted; 0 or less for no limit (default: ${DEFAULT-VALUE}).")
    private int terminatedPodGcThreshold = 12500;

    @Option(
            names = "--max-endpoints-per-slice",
            defaultValue = "100",
            paramLabel = "N",
            description = "Endpoints that an EndpointSlice holds (default: ${DEFAULT-VALUE}).")
    private int maxEndpointsPerSlice = 100;

    List<String> controllers() {
        return controllers;
    }

    /** Returns the flags, checked. */
    ControllerSettings toSettings() {
        if (allocateNodeCidrs && clusterCidr == null) {
            throw new IllegalArgumentException("--allocate-node-cidrs needs --cluster-cidr");
        }
        return new ControllerSettings(
                concurrentReplicaSetSyncs,
                concurrentDeploymentSyncs,
                concurrentEndpointSyncs,
                concurrentServiceEndpointSyncs,
                concurrentNamespaceSyncs,
                concurrentServiceAccountSyncs,
                concurrentGcSyncs,
                concurrentResourceQuotaSyncs,
                resourceQuotaSyncPeriod,
                Optional.ofNullable(rootCaFile),
                nodeMonitorPeriod,
                nodeMonitorGracePeriod,
                nodeStartupGracePeriod,
                nodeEvictionRate,
                secondaryNodeEvictionRate,
                largeClusterSizeThreshold,
                unhealthyZoneThreshold,
                terminatedPodGcThreshold,
                maxEndpointsPerSlice,
                allocateNodeCidrs ? Optional.ofNullable(clusterCidr) : Optional.empty(),
                nodeCidrMaskSize);
    }
}
