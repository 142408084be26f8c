package io.flotilla.machinery.component;

import io.flotilla.machinery.tls.PemFiles;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /healthz}, {@code /livez}, {@code /readyz} and {@code /metrics} over HTTP/1.1. One thread serves all of it:
 * health checks are told to be quick, and a scrape of a component takes milliseconds.
 */
public final class HealthServer implements AutoCloseable {
    private static final int MAX_REQUEST_BYTES = 8 << 10;
    private static final String PLAIN = "text/plain; charset=utf-8";

    private final ServingConfig config;
    private final HealthChecks checks;
    private final PrometheusMeterRegistry metrics;
    private @Nullable EventLoopGroup loop;
    private @Nullable Channel listener;

    public HealthServer(ServingConfig config, HealthChecks checks, PrometheusMeterRegistry metrics) {
        this.config = config;
        this.checks = checks;
        this.metrics = metrics;
    }

    /** Fails with a message that names the address where it cannot be listened on, or the file that is not usable for TLS. */
    public void start() throws IOException {
        Optional<SslContext> tls = tls();
        EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("health", true), NioIoHandler.newFactory());
        loop = group;
        var bound = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        tls.ifPresent(context -> channel.pipeline().addLast(context.newHandler(channel.alloc())));
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(MAX_REQUEST_BYTES))
                                .addLast(new Requests());
                    }
                })
                .bind(new InetSocketAddress(config.bindAddress(), config.port()))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new IOException(
                    "cannot listen on " + config.bindAddress() + ":" + config.port() + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        listener = bound.channel();
    }

    private Optional<SslContext> tls() throws IOException {
        if (config.keyPair().isEmpty()) {
            return Optional.empty();
        }
        ServingConfig.KeyPair pair = config.keyPair().get();
        try {
            return Optional.of(SslContextBuilder.forServer(PemFiles.keyManager(pair.certificate(), pair.key()))
                    .build());
        } catch (SSLException e) {
            throw new IOException(
                    pair.certificate() + " and " + pair.key() + " cannot be used for TLS: " + e.getMessage(), e);
        }
    }

    /** Returns the port listened on. */
    public int port() {
        if (listener == null) {
            throw new IllegalStateException("not started");
        }
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private record Answer(int code, String type, String text) {}

    private static final Answer NOT_FOUND = new Answer(404, PLAIN, "404 page not found\n");

    private Answer answer(String uri) {
        var query = new QueryStringDecoder(uri);
        if (HealthEndpoint.serves(query.path())) {
            return HealthEndpoint.ask(
                            checks,
                            query.path(),
                            query.parameters().containsKey("verbose"),
                            query.parameters().getOrDefault("exclude", List.of()))
                    .map(reply -> new Answer(reply.code(), PLAIN, reply.text()))
                    .orElse(NOT_FOUND);
        }
        return query.path().equals("/metrics")
                ? new Answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape())
                : NOT_FOUND;
    }

    private final class Requests extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            Answer answer = request.decoderResult().isSuccess()
                    ? answer(request.uri())
                    : new Answer(400, PLAIN, "400 Bad Request\n");
            var body = Unpooled.wrappedBuffer(answer.text().getBytes(StandardCharsets.UTF_8));
            var response =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.code()), body);
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, answer.type())
                    .set("x-content-type-options", "nosniff");
            HttpUtil.setContentLength(response, body.readableBytes());
            boolean keepAlive =
                    HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
            HttpUtil.setKeepAlive(response, keepAlive);
            var written = context.writeAndFlush(response);
            if (!keepAlive) {
                written.addListener(ChannelFutureListener.CLOSE);
            }
        }

        /** A peer that breaks off, or speaks no TLS, is no event. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }
    }

    @Override
    public void close() {
        if (loop != null) {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
        }
    }
}
