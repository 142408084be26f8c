package io.flotilla.kubeproxy.service;

/** An address to listen on. */
public record Listen(Protocol protocol, String ip, int port) {
    @Override
    public String toString() {
        return protocol + " " + ip + ":" + port;
    }
}
