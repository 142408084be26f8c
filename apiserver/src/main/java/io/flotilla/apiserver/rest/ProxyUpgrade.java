package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.backend.HttpConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A proxied connection that is no longer HTTP: bytes in both directions until one side has enough. */
final class ProxyUpgrade extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyUpgrade.class);
    private static final byte[] END = new byte[0];
    private static final int AHEAD = 64;

    private final HttpConnection backend;
    private final BlockingQueue<byte[]> fromClient = new ArrayBlockingQueue<>(AHEAD);

    private ProxyUpgrade(HttpConnection backend) {
        this.backend = backend;
    }

    static boolean isPossible(Exchange exchange) {
        return exchange instanceof Http1Handler.Http1Exchange;
    }

    /** Tells the client what the other side answered, then passes bytes on; returns at the end. */
    static void run(Exchange exchange, byte[] head, HttpConnection backend) throws IOException {
        ProxyUpgrade handler = new ProxyUpgrade(backend);
        Channel channel = exchange.channel();
        exchange.upgraded();
        channel.eventLoop().execute(() -> {
            channel.pipeline().remove("http");
            channel.pipeline().remove(HttpServerCodec.class);
            channel.pipeline().addLast(handler);
            Sending.flush(channel, Unpooled.wrappedBuffer(head));
        });
        Thread up = Thread.ofVirtual().name("proxy-up").start(() -> handler.send(channel));
        byte[] piece = new byte[16 << 10];
        try {
            for (int read = backend.in().read(piece);
                    read >= 0;
                    read = backend.in().read(piece)) {
                // Waits for the client to take it.
                channel.writeAndFlush(Unpooled.wrappedBuffer(Arrays.copyOf(piece, read)))
                        .syncUninterruptibly();
            }
        } finally {
            Sending.close(channel);
            up.interrupt();
        }
    }

    private void send(Channel channel) {
        try {
            while (true) {
                byte[] bytes = fromClient.take();
                if (bytes.length == 0) {
                    break;
                }
                backend.out().write(bytes);
                backend.out().flush();
                if (fromClient.isEmpty()) {
                    channel.config().setAutoRead(true);
                }
            }
            backend.close();
        } catch (IOException e) {
            LOG.debug("a proxied connection broke: {}", e.getMessage());
            Sending.close(channel);
        } catch (InterruptedException e) {
            // The other direction has ended.
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof ByteBuf bytes && bytes.isReadable()) {
                if (fromClient.remainingCapacity() <= AHEAD / 2) {
                    context.channel().config().setAutoRead(false);
                }
                if (!fromClient.offer(ByteBufUtil.getBytes(bytes))) {
                    Sending.close(context.channel());
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!fromClient.offer(END)) {
            fromClient.clear();
            var _ = fromClient.offer(END);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Sending.close(context.channel());
    }
}
