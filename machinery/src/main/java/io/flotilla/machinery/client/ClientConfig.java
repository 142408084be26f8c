package io.flotilla.machinery.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How to reach the API servers.
 *
 * @param servers {@code host:port} of every API server's gRPC listener, at least one
 * @param certificateAuthority PEM file of the CA that signed the servers' certificates
 * @param clientCertificate PEM file of this component's certificate
 * @param clientKey PEM file of its private key
 * @param requestTimeout time after which a request without an answer fails
 */
public record ClientConfig(
        List<String> servers,
        Path certificateAuthority,
        Path clientCertificate,
        Path clientKey,
        Duration requestTimeout) {
    public static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(10);

    public ClientConfig {
        servers = List.copyOf(servers);
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("--servers: at least one API server address is needed");
        }
        for (String server : servers) {
            int colon = server.lastIndexOf(':');
            if (colon <= 0 || !server.substring(colon + 1).matches("[0-9]{1,5}")) {
                throw new IllegalArgumentException("--servers: \"" + server + "\" is not of the form host:port");
            }
        }
    }
}
