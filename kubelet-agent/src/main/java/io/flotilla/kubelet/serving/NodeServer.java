package io.flotilla.kubelet.serving;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.flotilla.kubelet.container.PodDirectories;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.log.LogFollowing;
import io.flotilla.kubelet.runtime.ContainerRuntime;
import io.flotilla.kubelet.stats.NodeSummary;
import io.flotilla.kubelet.stats.UsageCounters;
import io.flotilla.machinery.informer.Lister;
import io.flotilla.machinery.tls.PemFiles;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Listens for API servers. */
public final class NodeServer implements AutoCloseable {
    /**
     * Where to listen and how to prove who one is.
     *
     * @param clientCa CA of those who may call
     */
    public record Listening(String address, int port, Path certificate, Path key, Path clientCa) {}

    private final Listening listening;
    private final NodeService service;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("node-api-", 0).factory());
    private @Nullable Server server;

    /**
     * Makes a server that does not yet listen.
     *
     * @param statuses the newest status of a pod
     */
    public NodeServer(
            Listening listening,
            ContainerRuntime runtime,
            Cri cri,
            Lister<Pod> pods,
            PodDirectories directories,
            LogFollowing following,
            Function<Pod, PodStatus> statuses,
            NodeSummary summary,
            UsageCounters counters,
            Clock clock) {
        this.listening = listening;
        PodLookup lookup = new PodLookup(pods, cri);
        this.service = new NodeService(
                lookup, runtime, new LogsCalls(lookup, directories, following, statuses, clock), summary, counters);
    }

    /** Fails with a message that names what is wrong: the address, or one of the files. */
    public void start() throws IOException {
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(listening.address(), listening.port()))
                    .sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(
                                    PemFiles.keyManager(listening.certificate(), listening.key())))
                            .trustManager(listening.clientCa().toFile())
                            .clientAuth(ClientAuth.REQUIRE)
                            .build())
                    .executor(threads)
                    .permitKeepAliveTime(5, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .addService(ServerInterceptors.intercept(service, new ApiServersOnly()))
                    .build()
                    .start();
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on " + listening.address() + ":" + listening.port() + ": "
                            + (e.getCause() == null
                                    ? e.getMessage()
                                    : e.getCause().getMessage()),
                    e);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    listening.certificate() + ", " + listening.key() + ", " + listening.clientCa()
                            + ": not usable PEM files: " + e.getMessage(),
                    e);
        }
    }

    /** Returns the port listened on. */
    public int port() {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return server.getPort();
    }

    @Override
    public void close() {
        if (server != null) {
            server.shutdownNow();
        }
        threads.shutdownNow();
    }
}
