package io.flotilla.apiserver.rest;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.function.Consumer;

/**
 * A watch over a WebSocket: each event is a message, of text if it is JSON and else binary, without the length that goes
 * before it in a body. What the client says beyond pings and closing means nothing.
 */
final class WebSocketWatch extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final int LENGTH = 4;

    private final BodyStream events;

    private WebSocketWatch(BodyStream events) {
        this.events = events;
    }

    /** Upgrades, then hands over where the events go, on the event loop; never if the connection fails before. */
    static void open(Exchange exchange, boolean text, Consumer<BodyStream> opened) {
        WebSocketUpgrade.upgrade(exchange, pipeline -> opened.accept(install(pipeline, text)));
    }

    /** Upgrades, tells one event, and ends. */
    static void tell(Exchange exchange, boolean text, byte[] event) {
        open(exchange, text, events -> {
            events.write(Unpooled.wrappedBuffer(event));
            events.end();
        });
    }

    private static BodyStream install(ChannelPipeline pipeline, boolean text) {
        BodyStream events = new BodyStream(
                pipeline.channel(),
                event -> text ? new TextWebSocketFrame(event) : new BinaryWebSocketFrame(event.skipBytes(LENGTH)),
                () -> Sending.flushAndLinger(
                        pipeline.channel(), new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE)));
        pipeline.addLast(new WebSocketWatch(events));
        return events;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        switch (frame) {
            case PingWebSocketFrame ping ->
                Sending.flush(
                        context.channel(), new PongWebSocketFrame(ping.content().retain()));
            case CloseWebSocketFrame _ -> Sending.close(context.channel());
            default -> {
                // A watch asks nothing after its beginning.
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            events.writable();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Sending.close(context.channel());
    }
}
