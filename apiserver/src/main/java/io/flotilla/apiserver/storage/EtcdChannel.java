package io.flotilla.apiserver.storage;

import io.flotilla.machinery.tls.PemFiles;
import io.grpc.Attributes;
import io.grpc.ChannelCredentials;
import io.grpc.EquivalentAddressGroup;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.StatusOr;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One channel over all members: calls go round the members that answer, a dead one is left out until it is back. */
final class EtcdChannel {
    private static final String SCHEME = "etcd";

    private EtcdChannel() {}

    @SuppressWarnings("deprecation") // the registry that replaces nameResolverFactory is global to the process
    static ManagedChannel open(EtcdConfig config) {
        return NettyChannelBuilder.forTarget(SCHEME + ":///members", credentials(config))
                .nameResolverFactory(new Members(config.servers()))
                .defaultLoadBalancingPolicy("round_robin")
                .maxInboundMessageSize(Integer.MAX_VALUE)
                // etcd refuses pings more frequent than one in five seconds.
                .keepAliveTime(6, TimeUnit.SECONDS)
                .keepAliveTimeout(3, TimeUnit.SECONDS)
                .disableRetry()
                .build();
    }

    private static ChannelCredentials credentials(EtcdConfig config) {
        if (!config.tls()) {
            return InsecureChannelCredentials.create();
        }
        try {
            TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
            if (config.caFile().isPresent()) {
                tls.trustManager(config.caFile().get().toFile());
            }
            if (config.certFile().isPresent() && config.keyFile().isPresent()) {
                tls.keyManager(PemFiles.keyManager(
                        config.certFile().get(), config.keyFile().get()));
            }
            return tls.build();
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the certificates for etcd: " + e.getMessage(), e);
        }
    }

    /** The fixed list of members as a resolver: gRPC has no public target form for several plain addresses. */
    private static final class Members extends NameResolverProvider {
        private final List<URI> servers;

        Members(List<URI> servers) {
            this.servers = servers;
        }

        @Override
        protected boolean isAvailable() {
            return true;
        }

        @Override
        protected int priority() {
            return 5;
        }

        @Override
        public String getDefaultScheme() {
            return SCHEME;
        }

        @Override
        public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
            return Set.of(InetSocketAddress.class);
        }

        @Override
        public NameResolver newNameResolver(URI target, NameResolver.Args args) {
            return new NameResolver() {
                @Override
                public String getServiceAuthority() {
                    return authority(servers.getFirst());
                }

                @Override
                public void start(Listener2 listener) {
                    List<EquivalentAddressGroup> groups = servers.stream()
                            .map(server -> new EquivalentAddressGroup(
                                    new InetSocketAddress(server.getHost(), port(server)),
                                    Attributes.newBuilder()
                                            .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, authority(server))
                                            .build()))
                            .toList();
                    listener.onResult(ResolutionResult.newBuilder()
                            .setAddressesOrError(StatusOr.fromValue(groups))
                            .build());
                }

                @Override
                public void shutdown() {}
            };
        }

        private static int port(URI server) {
            return server.getPort() < 0 ? 2379 : server.getPort();
        }

        private static String authority(URI server) {
            return server.getHost() + ":" + port(server);
        }
    }
}
