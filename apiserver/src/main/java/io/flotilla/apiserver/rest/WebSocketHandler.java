package io.flotilla.apiserver.rest;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.concurrent.atomic.AtomicBoolean;

/** The server's side of a WebSocket: answers pings and farewells. Whichever side closes, the server says that it is well. */
abstract class WebSocketHandler extends SimpleChannelInboundHandler<WebSocketFrame> {
    private final Channel channel;
    private final AtomicBoolean closing = new AtomicBoolean();

    WebSocketHandler(Channel channel) {
        this.channel = channel;
    }

    /** A whole message of the client, text or binary; the bytes are valid until this returns. */
    abstract void message(ByteBuf content);

    /** Closes, and leaves it to the client to end the connection; on any thread. */
    final void close() {
        if (closing.compareAndSet(false, true)) {
            Sending.flushAndLinger(channel, new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
        }
    }

    @Override
    protected final void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        switch (frame) {
            case PingWebSocketFrame ping ->
                Sending.flush(channel, new PongWebSocketFrame(ping.content().retain()));
            case CloseWebSocketFrame _ -> {
                if (closing.compareAndSet(false, true)) {
                    Sending.flushAndClose(channel, new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
                } else {
                    Sending.close(channel);
                }
            }
            case BinaryWebSocketFrame binary -> message(binary.content());
            case TextWebSocketFrame text -> message(text.content());
            default -> {
                // Pongs mean nothing here.
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Sending.close(channel);
    }

    public final Channel channel() {
        return channel;
    }
}
