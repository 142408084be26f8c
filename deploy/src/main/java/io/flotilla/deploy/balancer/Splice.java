package io.flotilla.deploy.balancer;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;

/**
 * Carries what one side of a spliced connection receives to the other. Reads more only when the other side has taken what was
 * read, so that a slow reader slows its writer instead of filling our memory; passes on the end of each direction by itself.
 */
final class Splice extends ChannelInboundHandlerAdapter {
    private final Channel other;

    Splice(Channel other) {
        this.other = other;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!other.isActive()) {
            ReferenceCountUtil.release(message);
            var _ = context.close();
            return;
        }
        var _ = other.writeAndFlush(message).addListener(written -> {
            if (written.isSuccess()) {
                context.channel().read();
            } else {
                var _ = context.close();
            }
        });
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            var _ = other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> passOnEnd(context.channel()));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        var _ = other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A reset by either side; both learn of it by the close.
        var _ = context.close();
    }

    private void passOnEnd(Channel self) {
        var _ = ((DuplexChannel) other).shutdownOutput();
        if (((DuplexChannel) other).isInputShutdown()) {
            var _ = self.close();
            var _ = other.close();
        }
    }
}
