package io.flotilla.kubeproxy.userspace;

import io.flotilla.kubeproxy.service.Backend;
import io.flotilla.kubeproxy.service.Listen;
import io.flotilla.kubeproxy.service.Route;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes datagrams on. A client's datagrams go to one backend until none has come for a while, the backend is gone or
 * refuses; what the backend sends goes back to the client. Sessions live on the event loop of the listening socket.
 */
final class UdpListener implements Listener {
    private static final int MOST_SESSIONS = 4096;

    private final Transport transport;
    private final Balancer balancer;
    private final Duration idleTimeout;
    private final LongSupplier nanoTime;
    private final Binding binding;
    private final Front front = new Front();

    UdpListener(
            Listen listen,
            Balancer balancer,
            Transport transport,
            Duration idleTimeout,
            LongSupplier nanoTime,
            Binding.BindListener told) {
        this.transport = transport;
        this.balancer = balancer;
        this.idleTimeout = idleTimeout;
        this.nanoTime = nanoTime;
        binding = new Binding(
                listen, transport.nextLoop(), () -> transport.udpServer(front).bind(Transport.address(listen)), told);
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
        front.routeChanged();
    }

    @Override
    public boolean bound() {
        return binding.isBound();
    }

    @Override
    public void close() {
        binding.close();
    }

    private static final class Session {
        final Backend backend;
        final ChannelFuture connecting;
        long usedAt;

        Session(Backend backend, ChannelFuture connecting) {
            this.backend = backend;
            this.connecting = connecting;
        }
    }

    /** The listening socket and its sessions. */
    private final class Front extends SimpleChannelInboundHandler<DatagramPacket> {
        private final Map<InetSocketAddress, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);
        private volatile @Nullable ChannelHandlerContext listening;

        @Override
        public boolean isSharable() {
            return true; // a retried bind adds it to another channel; only one is ever open
        }

        @Override
        public void channelActive(ChannelHandlerContext active) {
            listening = active;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext reading, DatagramPacket datagram) {
            Session session = session(reading, datagram.sender());
            if (session == null) {
                return;
            }
            session.usedAt = nanoTime.getAsLong();
            Object content = datagram.content().retain();
            if (session.connecting.isDone()) {
                var _ = session.connecting.channel().writeAndFlush(content);
            } else {
                var _ = session.connecting.addListener(_ -> {
                    var _ = session.connecting.channel().writeAndFlush(content);
                });
            }
        }

        private @Nullable Session session(ChannelHandlerContext reading, InetSocketAddress client) {
            Session present = sessions.get(client);
            if (present != null) {
                return present;
            }
            List<Backend> order = balancer.order(client.getAddress());
            if (order.isEmpty()) {
                return null;
            }
            Backend backend = order.getFirst();
            balancer.used(client.getAddress(), backend);
            ChannelFuture connecting = transport
                    .udpClient(reading.channel().eventLoop(), new Back(reading.channel(), client))
                    .connect(Transport.address(backend));
            Session opened = new Session(backend, connecting);
            opened.usedAt = nanoTime.getAsLong();
            sessions.put(client, opened);
            if (sessions.size() > MOST_SESSIONS) {
                end(sessions.keySet().iterator().next());
            }
            expireLater(reading, client, opened, idleTimeout.toNanos());
            return opened;
        }

        private void expireLater(ChannelHandlerContext reading, InetSocketAddress client, Session session, long nanos) {
            var _ = reading.channel()
                    .eventLoop()
                    .schedule(
                            () -> {
                                if (sessions.containsValue(session)) {
                                    long left = session.usedAt + idleTimeout.toNanos() - nanoTime.getAsLong();
                                    if (left <= 0) {
                                        end(client);
                                    } else {
                                        expireLater(reading, client, session, left);
                                    }
                                }
                            },
                            nanos,
                            TimeUnit.NANOSECONDS);
        }

        void end(InetSocketAddress client) {
            Session session = sessions.remove(client);
            if (session != null) {
                var _ = session.connecting.channel().close();
            }
        }

        void routeChanged() {
            ChannelHandlerContext open = listening;
            if (open != null) {
                open.channel().eventLoop().execute(() -> {
                    List<Backend> backends = balancer.route().backends();
                    List<InetSocketAddress> stale = new ArrayList<>();
                    sessions.forEach((client, session) -> {
                        if (!backends.contains(session.backend)) {
                            stale.add(client);
                        }
                    });
                    stale.forEach(this::end);
                });
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext closing) {
            List.copyOf(sessions.keySet()).forEach(this::end);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext failing, Throwable cause) {
            // A datagram that cannot be delivered is lost, as datagrams are.
        }
    }

    /** The socket to the backend of one session. */
    private final class Back extends SimpleChannelInboundHandler<DatagramPacket> {
        private final Channel listening;
        private final InetSocketAddress client;

        Back(Channel listening, InetSocketAddress client) {
            this.listening = listening;
            this.client = client;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
            var _ = listening.writeAndFlush(
                    new DatagramPacket(datagram.content().retain(), client));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            front.end(client);
        }
    }
}
