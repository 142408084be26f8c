package io.flotilla.deploy.balancer;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks one API server's {@code /readyz} once a second, on one connection that is kept: a handshake a second would cost both
 * sides more than everything else of it. A closed connection or any answer but 200 means not ready, at once; silence does only
 * after two questions, for a busy server may be late, and after five it is gone.
 */
final class ReadinessCheck implements AutoCloseable {
    private static final long PERIOD_MILLIS = 1_000;
    private static final long RETRY_MILLIS = 250;
    private static final int SILENT_AFTER = 2;
    private static final int GONE_AFTER = 5;

    private final InetSocketAddress address;
    private final SSLContext tls;
    private final EventLoop loop;
    private final Listener listener;
    private final String request;

    // On the event loop only.
    private @Nullable Channel connection;
    private int unanswered;
    private boolean closed;

    /** What a check has found. */
    enum Result {
        READY,
        /** It answers that it is not ready, for it stops or has no etcd, or it is late to answer. */
        REFUSES,
        /** It cannot be connected to, or stays silent. */
        GONE
    }

    /** Hears the result of each check, on the event loop. */
    interface Listener {
        void checked(Result result);
    }

    ReadinessCheck(InetSocketAddress address, SSLContext tls, EventLoopGroup loops, Listener listener) {
        this.address = address;
        this.tls = tls;
        this.loop = loops.next();
        this.listener = listener;
        this.request = "GET /readyz HTTP/1.1\r\nHost: " + address.getHostString() + ":" + address.getPort()
                + "\r\nUser-Agent: flotilla-balancer\r\n\r\n";
    }

    void start() {
        loop.execute(this::connect);
    }

    private void connect() {
        if (closed) {
            return;
        }
        unanswered = 0;
        var _ = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) PERIOD_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        var engine = tls.createSSLEngine(address.getHostString(), address.getPort());
                        engine.setUseClientMode(true);
                        var parameters = engine.getSSLParameters();
                        parameters.setEndpointIdentificationAlgorithm("HTTPS");
                        engine.setSSLParameters(parameters);
                        channel.pipeline().addLast(new SslHandler(engine), new Answers());
                    }
                })
                .connect(address)
                .addListener(this::onConnected);
    }

    private void onConnected(Future<? super Void> connected) {
        if (!connected.isSuccess()) {
            failed();
            return;
        }
        var channel = ((ChannelFuture) connected).channel();
        connection = channel;
        var _ = channel.closeFuture().addListener(ended -> {
            connection = null;
            failed();
        });
        ask();
    }

    private void failed() {
        listener.checked(Result.GONE);
        if (!closed) {
            var _ = loop.schedule(this::connect, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void ask() {
        var channel = connection;
        if (channel == null || closed) {
            return;
        }
        if (unanswered >= GONE_AFTER) {
            var _ = channel.close();
            return;
        }
        if (unanswered >= SILENT_AFTER) {
            listener.checked(Result.REFUSES);
        }
        unanswered++;
        var _ = channel.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
        var _ = loop.schedule(this::ask, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        loop.execute(() -> {
            closed = true;
            if (connection != null) {
                var _ = connection.close();
            }
        });
    }

    /** Reads status lines; the rest of an answer says nothing more. */
    private final class Answers extends SimpleChannelInboundHandler<ByteBuf> {
        private static final String STATUS_LINE = "HTTP/1.1 ";

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            var text = bytes.toString(StandardCharsets.US_ASCII);
            var start = text.indexOf(STATUS_LINE);
            if (start >= 0) {
                unanswered = 0;
                listener.checked(text.startsWith("200", start + STATUS_LINE.length()) ? Result.READY : Result.REFUSES);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }
    }
}
