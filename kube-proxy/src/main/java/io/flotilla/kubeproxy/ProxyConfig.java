package io.flotilla.kubeproxy;

import java.time.Duration;
import java.util.List;

/**
 * What the proxy is told.
 *
 * @param node name of its node
 * @param nodePortAddresses addresses on which node ports are served
 * @param udpIdleTimeout how long a client of a UDP service keeps its endpoint after its last datagram
 */
record ProxyConfig(String node, List<String> nodePortAddresses, Duration udpIdleTimeout) {
    ProxyConfig {
        if (udpIdleTimeout.isNegative() || udpIdleTimeout.isZero()) {
            throw new IllegalArgumentException("--udp-idle-timeout must be longer than 0");
        }
    }
}
