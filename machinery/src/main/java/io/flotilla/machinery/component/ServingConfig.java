package io.flotilla.machinery.component;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a component serves health and metrics.
 *
 * @param bindAddress address to listen on
 * @param port port, 0 for any free one
 * @param keyPair serving certificate; plain HTTP without
 */
public record ServingConfig(String bindAddress, int port, Optional<KeyPair> keyPair) {
    public ServingConfig {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("--secure-port: " + port + " is not a port");
        }
    }

    /** PEM files of a certificate and its key. */
    public record KeyPair(Path certificate, Path key) {}
}
