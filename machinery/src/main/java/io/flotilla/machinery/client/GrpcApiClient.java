package io.flotilla.machinery.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.flotilla.machinery.scheme.ResourceType;
import io.flotilla.proto.cluster.ClusterGrpc;
import io.flotilla.proto.cluster.DiscoverRequest;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The cluster API over gRPC with mutual TLS. Opening one connects to nothing yet. */
public final class GrpcApiClient implements ApiClient {
    private final Calls calls;
    private final boolean owner;
    private final @Nullable Fence fence;

    private GrpcApiClient(Calls calls, boolean owner, @Nullable Fence fence) {
        this.calls = calls;
        this.owner = owner;
        this.fence = fence;
    }

    /**
     * Opens a client that starts at a random one of the servers.
     *
     * @throws IllegalArgumentException where a PEM file cannot be used; the message names it
     */
    public static GrpcApiClient open(ClientConfig config, RandomGenerator random) {
        TlsChannels channels = TlsChannels.of(config);
        ServerPool pool = new ServerPool(
                config.servers(),
                channels::open,
                random.nextInt(config.servers().size()));
        return new GrpcApiClient(Calls.of(pool, config.requestTimeout()), true, null);
    }

    /** Opens a client over channels that the caller makes, by address: for tests and in-process servers. */
    static GrpcApiClient over(List<String> servers, ServerPool.ChannelFactory channels, Duration requestTimeout) {
        return new GrpcApiClient(Calls.of(new ServerPool(servers, channels, 0), requestTimeout), true, null);
    }

    @Override
    public <T extends HasMetadata> ResourceClient<T> resource(ResourceType<T> type) {
        return new GrpcResourceClient<>(type, calls, fence);
    }

    @Override
    public ApiClient fencedBy(Fence newFence) {
        return new GrpcApiClient(calls, false, newFence);
    }

    @Override
    public ApiClient urgent(Duration attempt) {
        return new GrpcApiClient(calls.urgent(attempt), true, fence);
    }

    @Override
    public List<DiscoveredResource> discover() {
        return calls
                .read(ClusterGrpc.getDiscoverMethod(), DiscoverRequest.getDefaultInstance())
                .getResourcesList()
                .stream()
                .map(found -> new DiscoveredResource(
                        found.getGroup(),
                        found.getVersion(),
                        found.getResource(),
                        found.getKind(),
                        found.getNamespaced(),
                        List.copyOf(found.getVerbsList()),
                        found.getPreferredVersion()))
                .toList();
    }

    @Override
    public void close() {
        if (owner) {
            calls.pool().close();
        }
    }
}
