package io.flotilla.machinery.client;

import io.flotilla.machinery.tls.PemFiles;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Makes channels with mutual TLS; one connection each. */
final class TlsChannels {
    /** A LIST of many objects comes as one message. */
    static final int MAX_MESSAGE_BYTES = 256 << 20;

    private final SslContext tls;

    private TlsChannels(SslContext tls) {
        this.tls = tls;
    }

    static TlsChannels of(ClientConfig config) {
        requireReadable("--certificate-authority", config.certificateAuthority());
        requireReadable("--client-certificate", config.clientCertificate());
        requireReadable("--client-key", config.clientKey());
        try {
            return new TlsChannels(GrpcSslContexts.forClient()
                    .trustManager(config.certificateAuthority().toFile())
                    .keyManager(PemFiles.keyManager(config.clientCertificate(), config.clientKey()))
                    .build());
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--client-certificate " + config.clientCertificate() + ", --client-key " + config.clientKey()
                            + ", --certificate-authority " + config.certificateAuthority()
                            + ": not usable PEM files: " + e.getMessage(),
                    e);
        }
    }

    ManagedChannel open(String server) {
        int colon = server.lastIndexOf(':');
        return NettyChannelBuilder.forAddress(server.substring(0, colon), Integer.parseInt(server.substring(colon + 1)))
                .sslContext(tls)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .disableRetry()
                .build();
    }

    private static void requireReadable(String flag, Path file) {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(flag + ": cannot read " + file);
        }
    }
}
