package io.flotilla.kubeproxy.userspace;

import io.flotilla.kubeproxy.service.Backend;
import io.flotilla.kubeproxy.service.Listen;
import io.flotilla.kubeproxy.service.Route;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts TCP connections and joins each to the first backend that answers. */
final class TcpListener implements Listener {
    private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);

    private final Transport transport;
    private final Balancer balancer;
    private final Binding binding;

    TcpListener(Listen listen, Balancer balancer, Transport transport, Binding.BindListener told) {
        this.transport = transport;
        this.balancer = balancer;
        ChannelHandler connections = new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel connection) {
                connection.pipeline().addLast(new Joining());
            }
        };
        binding = new Binding(
                listen,
                transport.nextLoop(),
                () -> transport.tcpServer(connections).bind(Transport.address(listen)),
                told);
    }

    void start() {
        binding.start();
    }

    @Override
    public Route route() {
        return balancer.route();
    }

    @Override
    public void update(Route route) {
        balancer.update(route);
    }

    @Override
    public boolean bound() {
        return binding.isBound();
    }

    @Override
    public void close() {
        binding.close();
    }

    /** Ends a connection as if nothing listened at its other end. */
    static void reset(Channel connection) {
        if (connection.isOpen()) {
            connection.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        var _ = connection.close();
    }

    /** A connection that has no backend yet; nothing is read from it. */
    private final class Joining extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            InetAddress client = ((InetSocketAddress) context.channel().remoteAddress()).getAddress();
            connect(context.channel(), client, balancer.order(client).iterator());
        }

        private void connect(Channel connection, InetAddress client, Iterator<Backend> backends) {
            if (!backends.hasNext()) {
                reset(connection);
                return;
            }
            Backend backend = backends.next();
            Relay outward = new Relay();
            ChannelFuture connecting =
                    transport.tcpClient(connection.eventLoop(), outward).connect(Transport.address(backend));
            var _ = connecting.addListener(done -> {
                if (!done.isSuccess()) {
                    LOG.debug("{}: {} does not answer: {}", balancer.route().service(), backend, done.cause());
                    connect(connection, client, backends);
                } else if (!connection.isActive()) {
                    reset(connecting.channel());
                } else {
                    balancer.used(client, backend);
                    Relay inward = new Relay();
                    connection.pipeline().replace(this, null, inward);
                    Relay.join(connection, inward, connecting.channel(), outward);
                }
            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            reset(context.channel());
        }
    }
}
