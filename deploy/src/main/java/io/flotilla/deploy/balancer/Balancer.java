package io.flotilla.deploy.balancer;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;

/**
 * Splices each client's connection to the ready API server that has the fewest, and cuts those of a server that is gone, so that
 * its clients turn to another. A server that says that it is not ready gets no further clients, but those it has may end what they
 * have begun: it may be stopping, or have waited for a slow disk. They are cut when it goes on to say so. Knows nothing of what
 * flows: TLS is between client and API server.
 *
 * <p>Everything happens on one event loop. Where no API server is ready, connections are tried on all of them all the same: an
 * overloaded machine, on which every check is late, must not look like a dead cluster.
 */
final class Balancer implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 1_000;
    private static final long RETRY_MILLIS = 100;

    /** For how long a server may say that it is not ready before its clients are cut off. */
    private static final long REFUSAL_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** How long a client is kept waiting for an API server that accepts it. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final List<Backend> backends;
    private final SSLContext tls;
    private final PrintStream log;
    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("balancer"), NioIoHandler.newFactory());
    private final List<ReadinessCheck> checks = new ArrayList<>();

    /** Makes a balancer that does nothing yet; {@code nanoTime} tells it for how long a server has not been ready. */
    Balancer(List<InetSocketAddress> addresses, SSLContext tls, PrintStream log, LongSupplier nanoTime) {
        this.backends = addresses.stream()
                .map(address -> new Backend(address, nanoTime))
                .toList();
        this.tls = tls;
        this.log = log;
    }

    /** Binds and begins to check; returns where it listens. */
    InetSocketAddress start(InetSocketAddress listen) throws InterruptedException {
        for (var backend : backends) {
            var check = new ReadinessCheck(backend.address(), tls, loop, result -> onCheck(backend, result));
            checks.add(check);
            check.start();
        }
        var server = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel client) {
                        connect(client, System.nanoTime() + PATIENCE_NANOS, Set.of());
                    }
                })
                .bind(listen)
                .sync()
                .channel();
        return (InetSocketAddress) server.localAddress();
    }

    private void onCheck(Backend backend, ReadinessCheck.Result result) {
        var ready = result == ReadinessCheck.Result.READY;
        if (backend.setReady(ready)) {
            log.println("API server " + backend + (ready ? " is ready" : " is not ready"));
            log.flush();
        }
        var lost = result == ReadinessCheck.Result.GONE || backend.notReadyNanos() > REFUSAL_NANOS;
        if (lost && backends.stream().anyMatch(Backend::isReady)) {
            backend.closeConnections();
        }
    }

    /** Connects the client to the best backend; to the next when that refuses, and again after a pause when all do. */
    private void connect(Channel client, long deadline, Set<Backend> refused) {
        if (!client.isOpen()) {
            return;
        }
        var chosen = backends.stream()
                .filter(backend -> !refused.contains(backend))
                .min(Comparator.comparing((Backend backend) -> !backend.isReady())
                        .thenComparingInt(Backend::load));
        if (chosen.isEmpty()) {
            if (System.nanoTime() > deadline) {
                var _ = client.close();
            } else {
                var _ = client.eventLoop()
                        .schedule(() -> connect(client, deadline, Set.of()), RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
            return;
        }
        var backend = chosen.get();
        var _ = new Bootstrap()
                .group(client.eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .handler(new Splice(client))
                .connect(backend.address())
                .addListener(connected -> {
                    var upstream = ((ChannelFuture) connected).channel();
                    if (connected.isSuccess()) {
                        splice(client, upstream, backend);
                    } else {
                        var refusing = new HashSet<>(refused);
                        refusing.add(backend);
                        connect(client, deadline, refusing);
                    }
                });
    }

    private static void splice(Channel client, Channel upstream, Backend backend) {
        if (!client.isOpen()) {
            var _ = upstream.close();
            return;
        }
        backend.add(upstream);
        var _ = upstream.closeFuture().addListener(closed -> backend.remove(upstream));
        client.pipeline().addLast(new Splice(upstream));
        client.read();
        upstream.read();
    }

    @Override
    public void close() {
        checks.forEach(ReadinessCheck::close);
        var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
