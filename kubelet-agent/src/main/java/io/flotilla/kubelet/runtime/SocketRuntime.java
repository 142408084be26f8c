package io.flotilla.kubelet.runtime;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A runtime of another process behind a Unix socket. Connects with the first call, and again after the runtime restarts. */
final class SocketRuntime implements ContainerRuntime {

    private static final int LARGEST_MESSAGE = 16 << 20;

    private final ManagedChannel channel;
    private final EventLoopGroup loop;

    private SocketRuntime(ManagedChannel channel, EventLoopGroup loop) {
        this.channel = channel;
        this.loop = loop;
    }

    static SocketRuntime connect(Path socket) {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("runtime-socket", true), NioIoHandler.newFactory());
        ManagedChannel channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                .eventLoopGroup(loop)
                .overrideAuthority("localhost")
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .usePlaintext()
                .build();
        return new SocketRuntime(channel, loop);
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public boolean streams() {
        return false;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
