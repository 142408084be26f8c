package io.flotilla.apiserver.storage;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How to reach etcd.
 *
 * @param servers URLs of the members, all {@code http} or all {@code https}
 * @param caFile certificate authority of the members
 * @param certFile our client certificate
 * @param keyFile key of our client certificate, PKCS#8
 */
public record EtcdConfig(List<URI> servers, Optional<Path> caFile, Optional<Path> certFile, Optional<Path> keyFile) {
    public EtcdConfig {
        servers = List.copyOf(servers);
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("--etcd-servers names no server");
        }
        for (URI server : servers) {
            boolean known = "http".equals(server.getScheme()) || "https".equals(server.getScheme());
            if (!known || server.getHost() == null) {
                throw new IllegalArgumentException(
                        "--etcd-servers: " + server + " is not a URL such as https://127.0.0.1:2379");
            }
        }
        if (servers.stream().map(URI::getScheme).distinct().count() > 1) {
            throw new IllegalArgumentException("--etcd-servers mixes http and https");
        }
        if (certFile.isPresent() != keyFile.isPresent()) {
            throw new IllegalArgumentException("--etcd-certfile and --etcd-keyfile go together");
        }
    }

    boolean tls() {
        return "https".equals(servers.getFirst().getScheme());
    }
}
