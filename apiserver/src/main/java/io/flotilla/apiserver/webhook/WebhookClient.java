package io.flotilla.apiserver.webhook;

import io.flotilla.apiserver.backend.NetworkFailures;
import io.flotilla.apiserver.node.ServiceEndpoints;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends reviews to webhooks. Safe from any thread; calls block. */
public final class WebhookClient implements AutoCloseable {
    private static final int LARGEST_ANSWER = 16 << 20;

    private final ServiceEndpoints services;
    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("webhooks", true), NioIoHandler.newFactory());

    public WebhookClient(ServiceEndpoints services) {
        this.services = services;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    private record Answer(int code, byte[] body) {}

    /**
     * Posts JSON; returns the body of a successful answer.
     *
     * @throws CallException there was none
     */
    public byte[] post(Endpoint endpoint, byte[] body, Duration timeout) throws CallException {
        return post(endpoint, body, timeout, "");
    }

    /**
     * As {@link #post(Endpoint, byte[], Duration)}.
     *
     * @param traceparent which work of which trace the call is; empty for none
     */
    public byte[] post(Endpoint endpoint, byte[] body, Duration timeout, String traceparent) throws CallException {
        SslContext tls = endpoint.tls();
        String failure;
        try {
            Answer answer = exchange(endpoint, tls, request(endpoint, body, traceparent), timeout);
            if (answer.code() >= 200 && answer.code() <= 206) {
                return answer.body();
            }
            throw new CallException(refusal(answer.code(), new String(answer.body(), StandardCharsets.UTF_8).strip()));
        } catch (TimeoutException e) {
            failure = "context deadline exceeded";
        } catch (IOException e) {
            failure = String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = "context canceled";
        }
        throw new CallException("Post " + Quoting.quote(endpoint.address().toString()) + ": " + failure);
    }

    private Answer exchange(Endpoint endpoint, SslContext tls, FullHttpRequest request, Duration timeout)
            throws IOException, InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + timeout.toNanos();
        InetSocketAddress to = resolve(endpoint);
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Channel channel = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(timeout.toMillis()))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler secure = tls.newHandler(channel.alloc(), endpoint.host(), endpoint.port());
                        // The call ends in time, whatever it has come to.
                        secure.setHandshakeTimeoutMillis(0);
                        channel.pipeline()
                                .addLast(secure)
                                .addLast(new HttpClientCodec())
                                .addLast(new HttpObjectAggregator(LARGEST_ANSWER))
                                .addLast(new Exchange(request, answer));
                    }
                })
                .connect(to)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        answer.completeExceptionally(connected.cause());
                    }
                })
                .channel();
        try {
            return answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IOException(
                    NetworkFailures.words(e.getCause(), to.getAddress().getHostAddress() + ":" + to.getPort()),
                    e.getCause());
        } finally {
            var _ = channel.close();
        }
    }

    private InetSocketAddress resolve(Endpoint endpoint) throws IOException {
        if (!endpoint.service().isObject()) {
            try {
                return new InetSocketAddress(InetAddress.getByName(endpoint.host()), endpoint.port());
            } catch (UnknownHostException e) {
                throw new IOException("dial tcp: lookup " + endpoint.host() + ": no such host", e);
            }
        }
        try {
            ServiceEndpoints.Endpoint ready = services.find(
                    endpoint.service().path("namespace").asText(),
                    endpoint.service().path("name").asText(),
                    Integer.toString(endpoint.port()));
            return new InetSocketAddress(ready.host(), ready.port());
        } catch (StatusException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static FullHttpRequest request(Endpoint endpoint, byte[] body, String traceparent) {
        URI address = endpoint.address();
        String path = address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.POST,
                path + "?" + address.getRawQuery(),
                Unpooled.wrappedBuffer(body));
        request.headers()
                .set(HttpHeaderNames.HOST, address.getRawAuthority())
                .set(HttpHeaderNames.USER_AGENT, "kube-apiserver-admission")
                .set(HttpHeaderNames.ACCEPT, "application/json, */*")
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONNECTION, "close")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        if (!traceparent.isEmpty()) {
            request.headers().set("traceparent", traceparent);
        }
        return request;
    }

    /** One request and its answer. */
    private static final class Exchange extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final FullHttpRequest request;
        private final CompletableFuture<Answer> answer;

        Exchange(FullHttpRequest request, CompletableFuture<Answer> answer) {
            this.request = request;
            this.answer = answer;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            var _ = context.writeAndFlush(request).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            byte[] body = new byte[response.content().readableBytes()];
            response.content().readBytes(body);
            answer.complete(new Answer(response.status().code(), body));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answer.completeExceptionally(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            answer.completeExceptionally(new IOException("EOF"));
        }
    }

    /** An answer that is no success, as Go's client tells it. */
    private static String refusal(int code, String body) {
        return switch (code) {
            case 400 -> "the server rejected our request for an unknown reason";
            case 401 -> "the server has asked for the client to provide credentials";
            case 403 -> body.isEmpty() ? "forbidden" : body;
            case 404 -> "the server could not find the requested resource";
            case 405 -> "the server does not allow this method on the requested resource";
            case 409 -> "the server reported a conflict";
            case 429 -> "the server has received too many requests and has asked us to try again later";
            case 503 -> "the server is currently unable to handle the request";
            case 504 ->
                "the server was unable to return a response in the time allotted, but may still be processing the"
                        + " request";
            default ->
                code >= 500
                        ? "an error on the server (" + Quoting.quote(body.isEmpty() ? "unknown" : body)
                                + ") has prevented the request from succeeding"
                        : "the server responded with the status code " + code + " but did not return more information";
        };
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
