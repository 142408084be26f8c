package io.flotilla.apiserver.registry.builtin;

import io.flotilla.apiserver.registry.validation.Block;

/**
 * What the rules of kinds must know of the cluster.
 *
 * @param serviceCidr addresses of services ({@code --service-cluster-ip-range})
 * @param firstNodePort first port of {@code --service-node-port-range}
 * @param lastNodePort last port of it, inclusive
 * @param advertiseAddress where this API server is reached, as the endpoint of the service {@code kubernetes}
 * @param securePort its port
 */
public record ClusterSettings(
        Block serviceCidr, int firstNodePort, int lastNodePort, String advertiseAddress, int securePort) {

    /** Reads the forms of the flags. */
    public static ClusterSettings of(
            String serviceClusterIpRange, String serviceNodePortRange, String advertiseAddress, int securePort) {
        String[] ports = serviceNodePortRange.split("-", 2);
        if (ports.length != 2) {
            throw new IllegalArgumentException(
                    "--service-node-port-range must look like 30000-32767, not " + serviceNodePortRange);
        }
        return new ClusterSettings(
                Block.parse(serviceClusterIpRange.split(",", 2)[0]),
                Integer.parseInt(ports[0].strip()),
                Integer.parseInt(ports[1].strip()),
                advertiseAddress,
                securePort);
    }

    /** A cluster whose services have loopback addresses lives on one machine's loopback altogether. */
    public boolean loopbackIsOrdinary() {
        return serviceCidr.base().isLoopbackAddress();
    }
}
