package io.flotilla.controllermanager.controller;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the flags say to the controllers, checked.
 *
 * @param concurrentReplicaSetSyncs --concurrent-replicaset-syncs
 * @param concurrentDeploymentSyncs --concurrent-deployment-syncs
 * @param concurrentEndpointSyncs --concurrent-endpoint-syncs
 * @param concurrentServiceEndpointSyncs --concurrent-service-endpoint-syncs
 * @param concurrentNamespaceSyncs --concurrent-namespace-syncs
 * @param concurrentServiceAccountSyncs --concurrent-serviceaccount-token-syncs
 * @param concurrentGcSyncs --concurrent-gc-syncs
 * @param concurrentResourceQuotaSyncs --concurrent-resource-quota-syncs
 * @param resourceQuotaSyncPeriod --resource-quota-sync-period
 * @param rootCaFile --root-ca-file
 * @param nodeMonitorPeriod --node-monitor-period
 * @param nodeMonitorGracePeriod --node-monitor-grace-period
 * @param nodeStartupGracePeriod --node-startup-grace-period
 * @param nodeEvictionRate --node-eviction-rate, in nodes per second
 * @param secondaryNodeEvictionRate --secondary-node-eviction-rate, in nodes per second
 * @param largeClusterSizeThreshold --large-cluster-size-threshold
 * @param unhealthyZoneThreshold --unhealthy-zone-threshold
 * @param terminatedPodGcThreshold --terminated-pod-gc-threshold, 0 or less for no collection
 * @param maxEndpointsPerSlice --max-endpoints-per-slice
 * @param clusterCidr --cluster-cidr where --allocate-node-cidrs is set
 * @param nodeCidrMaskSize --node-cidr-mask-size
 */
public record ControllerSettings(
        int concurrentReplicaSetSyncs,
        int concurrentDeploymentSyncs,
        int concurrentEndpointSyncs,
        int concurrentServiceEndpointSyncs,
        int concurrentNamespaceSyncs,
        int concurrentServiceAccountSyncs,
        int concurrentGcSyncs,
        int concurrentResourceQuotaSyncs,
        Duration resourceQuotaSyncPeriod,
        Optional<Path> rootCaFile,
        Duration nodeMonitorPeriod,
        Duration nodeMonitorGracePeriod,
        Duration nodeStartupGracePeriod,
        double nodeEvictionRate,
        double secondaryNodeEvictionRate,
        int largeClusterSizeThreshold,
        double unhealthyZoneThreshold,
        int terminatedPodGcThreshold,
        int maxEndpointsPerSlice,
        Optional<String> clusterCidr,
        int nodeCidrMaskSize) {

    public ControllerSettings {
        atLeastOne("--concurrent-replicaset-syncs", concurrentReplicaSetSyncs);
        atLeastOne("--concurrent-deployment-syncs", concurrentDeploymentSyncs);
        atLeastOne("--concurrent-endpoint-syncs", concurrentEndpointSyncs);
        atLeastOne("--concurrent-service-endpoint-syncs", concurrentServiceEndpointSyncs);
        atLeastOne("--concurrent-namespace-syncs", concurrentNamespaceSyncs);
        atLeastOne("--concurrent-serviceaccount-token-syncs", concurrentServiceAccountSyncs);
        atLeastOne("--concurrent-gc-syncs", concurrentGcSyncs);
        atLeastOne("--concurrent-resource-quota-syncs", concurrentResourceQuotaSyncs);
        positive("--resource-quota-sync-period", resourceQuotaSyncPeriod);
        if (maxEndpointsPerSlice < 1 || maxEndpointsPerSlice > 1000) {
            throw new IllegalArgumentException("--max-endpoints-per-slice must be between 1 and 1000");
        }
        positive("--node-monitor-period", nodeMonitorPeriod);
        positive("--node-monitor-grace-period", nodeMonitorGracePeriod);
        if (nodeMonitorGracePeriod.compareTo(nodeMonitorPeriod) <= 0) {
            throw new IllegalArgumentException("--node-monitor-grace-period must be longer than --node-monitor-period");
        }
    }

    private static void atLeastOne(String flag, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(flag + " must be at least 1");
        }
    }

    private static void positive(String flag, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(flag + " must be longer than zero");
        }
    }
}
