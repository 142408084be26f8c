package io.flotilla.machinery.component;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of a component's own listener for health and metrics. The default port is the component's to set. */
public final class ServingOptions {
    @Option(
            names = "--bind-address",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "Address to listen on (default: ${DEFAULT-VALUE}).")
    private String bindAddress = "127.0.0.1";

    @Option(
            names = "--secure-port",
            paramLabel = "PORT",
            description = "Port of /healthz, /livez, /readyz and /metrics; 0 for any free one.")
    private @Nullable Integer securePort;

    @Option(
            names = "--tls-cert-file",
            paramLabel = "FILE",
            description = "PEM file of the serving certificate; without it the listener speaks plain HTTP.")
    private @Nullable Path tlsCertFile;

    @Option(names = "--tls-private-key-file", paramLabel = "FILE", description = "PEM file of its private key.")
    private @Nullable Path tlsPrivateKeyFile;

    /**
     * Returns the flags, checked.
     *
     * @param defaultPort port where {@code --secure-port} is not given
     */
    public ServingConfig toConfig(int defaultPort) {
        if ((tlsCertFile == null) != (tlsPrivateKeyFile == null)) {
            throw new IllegalArgumentException("--tls-cert-file and --tls-private-key-file go together");
        }
        Optional<ServingConfig.KeyPair> keyPair = tlsCertFile == null || tlsPrivateKeyFile == null
                ? Optional.empty()
                : Optional.of(new ServingConfig.KeyPair(tlsCertFile, tlsPrivateKeyFile));
        return new ServingConfig(bindAddress, securePort == null ? defaultPort : securePort, keyPair);
    }
}
