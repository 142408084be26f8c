package io.flotilla.machinery.component;

import io.flotilla.machinery.client.ClientConfig;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags by which a component finds the API servers and proves who it is. */
public final class ClientOptions {
    @Option(
            names = "--servers",
            required = true,
            split = ",",
            paramLabel = "HOST:PORT",
            description = "gRPC addresses of all API servers, separated by commas.")
    private List<String> servers = List.of();

    @Option(
            names = "--certificate-authority",
            required = true,
            paramLabel = "FILE",
            description = "PEM file of the CA of the API servers.")
    private @Nullable Path certificateAuthority;

    @Option(
            names = "--client-certificate",
            required = true,
            paramLabel = "FILE",
            description = "PEM file of this component's client certificate.")
    private @Nullable Path clientCertificate;

    @Option(
            names = "--client-key",
            required = true,
            paramLabel = "FILE",
            description = "PEM file of the client certificate's private key.")
    private @Nullable Path clientKey;

    public ClientConfig toConfig() {
        return new ClientConfig(
                servers,
                given(certificateAuthority),
                given(clientCertificate),
                given(clientKey),
                ClientConfig.DEFAULT_REQUEST_TIMEOUT);
    }

    private static Path given(@Nullable Path path) {
        if (path == null) {
            throw new IllegalStateException("read before the command line was parsed");
        }
        return path;
    }
}
