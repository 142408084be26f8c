package io.flotilla.kubeproxy.userspace;

import io.flotilla.kubeproxy.service.Backend;
import io.flotilla.kubeproxy.service.Listen;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The event loops, buffers and socket options that all proxying shares. Listening sockets have SO_REUSEPORT: the proxies
 * of several nodes on one machine listen on the same addresses, and the kernel spreads connections over them.
 */
final class Transport implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int BACKLOG = 1024;
    private static final int LARGEST_DATAGRAM = 65_535;
    private static final int PAGE = 8192;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);
    private static final int CHUNK_ORDER = 6; // chunks of 512 KiB
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            THREADS, new DefaultThreadFactory("proxy-io", true), NioIoHandler.newFactory());
    private final ByteBufAllocator buffers =
            new PooledByteBufAllocator(true, 0, THREADS, PAGE, CHUNK_ORDER, 0, 0, false);
    private final Duration connectTimeout;

    Transport(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    static InetSocketAddress address(String ip, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
    }

    static InetSocketAddress address(Backend backend) {
        return address(backend.ip(), backend.port());
    }

    static InetSocketAddress address(Listen listen) {
        return address(listen.ip(), listen.port());
    }

    EventLoop nextLoop() {
        return loops.next();
    }

    ServerBootstrap tcpServer(ChannelHandler connections) {
        return new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, buffers)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(connections);
    }

    Bootstrap tcpClient(EventLoop loop, ChannelHandler handler) {
        return new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .disableResolver()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connectTimeout.toMillis())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.ALLOCATOR, buffers)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(handler);
    }

    Bootstrap udpServer(ChannelHandler handler) {
        return udp(handler)
                .group(loops)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
    }

    Bootstrap udpClient(EventLoop loop, ChannelHandler handler) {
        return udp(handler).group(loop).disableResolver();
    }

    private Bootstrap udp(ChannelHandler handler) {
        return new Bootstrap()
                .channel(NioDatagramChannel.class)
                .option(ChannelOption.ALLOCATOR, buffers)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LARGEST_DATAGRAM))
                .handler(handler);
    }

    /** Nothing is listened on any more once this returns. */
    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
