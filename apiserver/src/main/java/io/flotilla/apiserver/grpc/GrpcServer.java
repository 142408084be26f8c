package io.flotilla.apiserver.grpc;

import io.flotilla.machinery.tls.PemFiles;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listener of the components' API: gRPC, client certificates required. */
public final class GrpcServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);
    private static final int MAX_MESSAGE = 16 << 20;

    private final Config config;
    private final ClusterService service;
    private final ExecutorService calls = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("grpc-call").factory());
    private Optional<Server> server = Optional.empty();

    /**
     * Where and as whom the server listens.
     *
     * @param port 0 for any free one
     */
    public record Config(String bindAddress, int port, Path certificate, Path key, Path clientCa) {}

    public GrpcServer(Config config, ClusterService service) {
        this.config = config;
        this.service = service;
    }

    /** Listens; fails with a sentence that names what is wrong. */
    public void start() throws IOException {
        TlsServerCredentials.Builder tls = TlsServerCredentials.newBuilder()
                .keyManager(PemFiles.keyManager(config.certificate(), config.key()))
                .trustManager(config.clientCa().toFile())
                .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
        try {
            server = Optional.of(NettyServerBuilder.forAddress(
                            new InetSocketAddress(config.bindAddress(), config.port()), tls.build())
                    .executor(calls)
                    .maxInboundMessageSize(MAX_MESSAGE)
                    .permitKeepAliveTime(5, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .keepAliveTime(30, TimeUnit.SECONDS)
                    .keepAliveTimeout(10, TimeUnit.SECONDS)
                    .addService(ServerInterceptors.intercept(service, new PeerIdentity()))
                    .build()
                    .start());
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on " + config.bindAddress() + ":" + config.port() + ": "
                            + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    e);
        }
        LOG.info("serving gRPC on {}:{}", config.bindAddress(), port());
    }

    /** The port listened on. */
    public int port() {
        return server.orElseThrow().getPort();
    }

    @Override
    public void close() {
        server.ifPresent(running -> {
            running.shutdown();
            try {
                if (!running.awaitTermination(2, TimeUnit.SECONDS)) {
                    running.shutdownNow();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                running.shutdownNow();
            }
        });
        calls.shutdownNow();
    }
}
