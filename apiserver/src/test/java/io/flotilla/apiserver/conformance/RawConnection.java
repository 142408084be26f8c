package io.flotilla.apiserver.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLSocket;

/** Bytes on a TLS connection, for requests that no HTTP client would send. */
final class RawConnection {
    private RawConnection() {}

    /** Sends what it is given and tells the answer up to the end of the connection. */
    static String exchange(Cluster.Running cluster, String request) throws IOException, GeneralSecurityException {
        try (SSLSocket socket = (SSLSocket) cluster.certificates()
                .context(Optional.of(Cluster.ADMIN))
                .getSocketFactory()
                .createSocket("127.0.0.1", cluster.restPort())) {
            socket.setSoTimeout(Cluster.PATIENCE_SECONDS * 1_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
