package io.flotilla.kubelet;

import io.fabric8.kubernetes.api.model.Taint;
import io.flotilla.machinery.client.ClientConfig;
import io.flotilla.machinery.component.ServingConfig;
import io.flotilla.machinery.object.Quantities;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the agent was told to run.
 *
 * @param client how to reach the API servers
 * @param serving where health is served; its key pair, if any, is the gRPC service's
 * @param clientCa CA of those who may call the gRPC service; that of the API servers if absent
 * @param port of the gRPC service
 * @param podCidr empty if none
 * @param runtimeEndpoint as the flag has it
 * @param logMaxSize quantity of bytes
 */
record KubeletConfig(
        ClientConfig client,
        ServingConfig serving,
        Optional<Path> clientCa,
        String nodeName,
        String nodeIp,
        int port,
        String podCidr,
        Path rootDir,
        String runtimeEndpoint,
        int maxPods,
        Map<String, String> nodeLabels,
        List<Taint> taints,
        Duration statusFrequency,
        int leaseSeconds,
        List<String> clusterDns,
        String clusterDomain,
        String logMaxSize,
        int logMaxFiles) {

    KubeletConfig {
        nodeLabels = Map.copyOf(nodeLabels);
        taints = List.copyOf(taints);
        clusterDns = List.copyOf(clusterDns);
        require(port >= 0 && port <= 65535, "--port: " + port + " is not a port");
        require(maxPods > 0, "--max-pods: " + maxPods + " is not a positive number");
        require(leaseSeconds > 0, "--node-lease-duration-seconds: " + leaseSeconds + " is not a positive number");
        require(
                statusFrequency.isPositive(),
                "--node-status-update-frequency: " + statusFrequency + " is not a positive duration");
        require(logMaxFiles >= 2, "--container-log-max-files: " + logMaxFiles + " is less than 2");
        try {
            require(
                    Quantities.parse(logMaxSize).signum() > 0,
                    "--container-log-max-size: \"" + logMaxSize + "\" is not a positive quantity");
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--container-log-max-size: \"" + logMaxSize + "\" is not a quantity such as 10Mi", e);
        }
    }

    long logMaxBytes() {
        return Quantities.parse(logMaxSize).longValue();
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
