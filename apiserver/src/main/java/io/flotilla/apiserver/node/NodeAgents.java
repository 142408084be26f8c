package io.flotilla.apiserver.node;

import io.flotilla.machinery.tls.PemFiles;
import io.flotilla.proto.node.NodeGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** One channel to each node agent that was spoken to; idle ones disconnect. */
public final class NodeAgents implements AutoCloseable {
    private static final int MAX_MESSAGE = 16 << 20;

    private final ChannelCredentials credentials;
    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

    /** Whom the agents are to trust, and whom we trust; plain text where none of the files is given. */
    public record Config(
            Optional<Path> clientCertificate, Optional<Path> clientKey, Optional<Path> certificateAuthority) {}

    private NodeAgents(ChannelCredentials credentials) {
        this.credentials = credentials;
    }

    /** Reads the files; fails with a sentence that names what is wrong. */
    public static NodeAgents of(Config config) {
        if (config.clientCertificate().isPresent() != config.clientKey().isPresent()) {
            throw new IllegalArgumentException("--kubelet-client-certificate and --kubelet-client-key go together");
        }
        if (config.clientCertificate().isEmpty()
                && config.certificateAuthority().isEmpty()) {
            return new NodeAgents(InsecureChannelCredentials.create());
        }
        try {
            TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
            if (config.clientCertificate().isPresent() && config.clientKey().isPresent()) {
                tls.keyManager(PemFiles.keyManager(
                        config.clientCertificate().get(), config.clientKey().get()));
            }
            if (config.certificateAuthority().isPresent()) {
                tls.trustManager(config.certificateAuthority().get().toFile());
            }
            return new NodeAgents(tls.build());
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the certificates for node agents: " + e.getMessage(), e);
        }
    }

    /** The agent at an address. */
    public NodeGrpc.NodeStub at(String address) {
        return NodeGrpc.newStub(channels.computeIfAbsent(address, this::open));
    }

    private ManagedChannel open(String address) {
        return NettyChannelBuilder.forTarget("dns:///" + address, credentials)
                .maxInboundMessageSize(MAX_MESSAGE)
                .idleTimeout(5, TimeUnit.MINUTES)
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .disableRetry()
                .build();
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }
}
