package io.flotilla.scheduler.object;

/**
 * A port of the node that a container asks for.
 *
 * @param ip the node's address, or {@code 0.0.0.0} for all of them
 */
public record HostPort(String ip, String protocol, int port) {
    private static final String EVERY_ADDRESS = "0.0.0.0";

    static HostPort of(PodDocument.Port port) {
        String ip = port.hostIP();
        String protocol = port.protocol();
        return new HostPort(
                ip == null || ip.isEmpty() ? EVERY_ADDRESS : ip,
                protocol == null || protocol.isEmpty() ? "TCP" : protocol,
                port.hostPort() == null ? 0 : port.hostPort());
    }

    public boolean conflictsWith(HostPort other) {
        return port == other.port
                && protocol.equals(other.protocol)
                && (ip.equals(other.ip) || ip.equals(EVERY_ADDRESS) || other.ip.equals(EVERY_ADDRESS));
    }
}
