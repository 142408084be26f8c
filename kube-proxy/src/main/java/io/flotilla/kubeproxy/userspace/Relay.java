package io.flotilla.kubeproxy.userspace;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a joined connection: what comes in here goes out at the peer. It reads no faster than the peer takes
 * it, hands on the end of either direction by itself, and a reset as a reset. Both directions run on one event loop.
 */
final class Relay extends ChannelInboundHandlerAdapter {
    private @Nullable Channel peer;
    private @Nullable Relay back;
    private boolean ended;

    /** Joins two connections and lets them flow. */
    static void join(Channel a, Relay fromA, Channel b, Relay fromB) {
        fromA.peer = b;
        fromA.back = fromB;
        fromB.peer = a;
        fromB.back = fromA;
        a.config().setAutoRead(true);
        b.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (peer == null) {
            ReferenceCountUtil.release(message);
            return;
        }
        var _ = peer.write(message, peer.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (peer != null) {
            peer.flush();
            if (!peer.isWritable()) {
                context.channel().config().setAutoRead(false);
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (peer != null && back != null && !back.ended) {
            peer.config().setAutoRead(context.channel().isWritable());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent && peer != null && !ended) {
            ended = true;
            Channel other = peer;
            var _ = other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> finish(context.channel(), other));
        }
    }

    private void finish(Channel channel, Channel other) {
        var _ = ((DuplexChannel) other).shutdownOutput().addListener(_ -> {
            if (back != null && back.ended && ((DuplexChannel) channel).isOutputShutdown()) {
                var _ = channel.close();
                var _ = other.close();
            }
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (peer != null && peer.isActive()) {
            var _ = peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        TcpListener.reset(context.channel());
        if (peer != null) {
            TcpListener.reset(peer);
        }
    }
}
