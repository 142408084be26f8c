package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.authn.Peer;
import io.flotilla.apiserver.authn.PeerAuthorities;
import io.flotilla.machinery.tls.PemFiles;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listener: TLS with client certificates optional, HTTP/2 or HTTP/1.1 as the client chooses. */
public final class RestServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RestServer.class);
    private static final int MOST_FLUSHES = 64;
    /** How many bytes one call encrypts at most; several records, for a call costs as much as a record. */
    private static final int AT_ONCE = 64 << 10;

    private static final long CLOSING_SECONDS = 3;

    private final Config config;
    private final RestHandler handler;
    private final EventLoopGroup loops;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private Optional<Channel> listener = Optional.empty();

    /**
     * Where and as whom the server listens.
     *
     * @param port 0 for any free one
     * @param frontProxyCa certifies those who name users in headers
     * @param frontProxyNames common names of these; none for any
     */
    public record Config(
            String bindAddress,
            int port,
            Path certificate,
            Path key,
            Path clientCa,
            Optional<Path> frontProxyCa,
            List<String> frontProxyNames) {}

    public RestServer(Config config, RestHandler handler) {
        this.config = config;
        this.handler = handler;
        this.loops = new MultiThreadIoEventLoopGroup(
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                new DefaultThreadFactory("rest", true),
                NioIoHandler.newFactory());
    }

    /** Listens; fails with a sentence that names what is wrong. */
    public void start() throws IOException {
        PeerAuthorities authorities = authorities();
        SslContext tls = tls(authorities);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(256 << 10, 512 << 10))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        SslHandler encryption = tls.newHandler(channel.alloc());
                        encryption.setWrapDataSize(AT_ONCE);
                        channel.pipeline().addLast(encryption).addLast(new Negotiated(authorities));
                    }
                });
        try {
            listener = Optional.of(bootstrap
                    .bind(new InetSocketAddress(config.bindAddress(), config.port()))
                    .syncUninterruptibly()
                    .channel());
        } catch (Exception e) {
            if (e instanceof BindException) {
                throw new IOException(
                        "cannot listen on " + config.bindAddress() + ":" + config.port() + ": " + e.getMessage(), e);
            }
            throw e;
        }
        LOG.info("serving HTTPS on {}:{}", config.bindAddress(), port());
    }

    /** The port listened on. */
    public int port() {
        return ((InetSocketAddress) listener.orElseThrow().localAddress()).getPort();
    }

    private PeerAuthorities authorities() throws IOException {
        try {
            return new PeerAuthorities(config.clientCa(), config.frontProxyCa(), config.frontProxyNames());
        } catch (IOException e) {
            throw new IOException(
                    "cannot read --client-ca-file=" + config.clientCa()
                            + config.frontProxyCa()
                                    .map(file -> " and --requestheader-client-ca-file=" + file)
                                    .orElse("")
                            + ": " + e.getMessage(),
                    e);
        }
    }

    private SslContext tls(PeerAuthorities authorities) throws IOException {
        try {
            return SslContextBuilder.forServer(PemFiles.keyManager(config.certificate(), config.key()))
                    .trustManager(authorities.certificates())
                    .clientAuth(ClientAuth.OPTIONAL)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1))
                    .build();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "cannot serve TLS with --tls-cert-file=" + config.certificate() + " and --tls-private-key-file="
                            + config.key() + ": " + e.getMessage(),
                    e);
        }
    }

    /**
     * Tells the clients to take their next requests elsewhere; those that come nevertheless are still answered. HTTP/2
     * has a farewell for it, HTTP/1.1 closes after the next answer.
     */
    public void sayFarewell() {
        handler.stop();
        connections.forEach(connection -> {
            if (connection.pipeline().get(Http2FrameCodec.class) != null) {
                Sending.flush(connection, farewell());
            }
        });
    }

    /** All streams that the client has opened without knowing are still served. */
    private static Http2GoAwayFrame farewell() {
        return new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE);
    }

    /** Lets requests in flight end, tells watches to go elsewhere, then closes what is left. */
    @Override
    public void close() {
        listener.ifPresent(channel -> channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS));
        handler.drain();
        // As long as TLS waits for a slow reader to take the end of an answer.
        connections.close().awaitUninterruptibly(CLOSING_SECONDS, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    private final class Negotiated extends ApplicationProtocolNegotiationHandler {
        private final PeerAuthorities authorities;

        Negotiated(PeerAuthorities authorities) {
            super(ApplicationProtocolNames.HTTP_1_1);
            this.authorities = authorities;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext context, String protocol) {
            Optional<Peer> peer = peer(context.pipeline().get(SslHandler.class));
            if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                context.pipeline()
                        .addLast(new Http2Codec().build())
                        // What many streams of a connection send at the same time shares records and system calls.
                        .addLast(new FlushConsolidationHandler(MOST_FLUSHES, true))
                        .addLast(new Http2MultiplexHandler(new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel stream) {
                                stream.pipeline().addLast(new Http2Handler(handler, peer));
                            }
                        }));
                if (handler.isStopping()) {
                    Sending.flush(context.channel(), farewell());
                }
            } else {
                context.pipeline()
                        .addLast(new HttpServerCodec(16 << 10, 64 << 10, 64 << 10))
                        .addLast("http", new Http1Handler(handler, peer));
            }
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("TLS handshake with {} failed: {}", context.channel().remoteAddress(), cause.getMessage());
            Sending.close(context.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            Sending.close(context.channel());
        }

        private Optional<Peer> peer(SslHandler tls) {
            try {
                return Optional.of(authorities.peer(tls.engine().getSession().getPeerCertificates()));
            } catch (SSLPeerUnverifiedException e) {
                return Optional.empty();
            }
        }
    }
}
