package io.flotilla.kubeproxy.service;

/** Where a connection may go. */
public record Backend(String ip, int port) implements Comparable<Backend> {
    @Override
    public int compareTo(Backend other) {
        int byIp = ip.compareTo(other.ip);
        return byIp != 0 ? byIp : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return ip + ":" + port;
    }
}
