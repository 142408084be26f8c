package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.proto.node.SessionStart;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
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
 * An exec or attach session over a WebSocket. Every message begins with a byte that names its stream; the error stream
 * carries one Status, at the end. v5 differs from v4 in that a client can close a stream.
 */
final class WebSocketSession extends SimpleChannelInboundHandler<WebSocketFrame> implements AgentSession.Client {
    private static final int CLOSE = 255;

    private final Channel channel;
    private final boolean closable;
    private final AgentSession session;

    private WebSocketSession(Channel channel, boolean closable, String agent, SessionStart start) {
        this.channel = channel;
        this.closable = closable;
        this.session = new AgentSession(this, agent, start);
    }

    /** Speaks for the pipeline's client from now on; on the event loop. */
    static void install(
            ChannelPipeline pipeline, String protocol, String agent, SessionStart start, Consumer<AgentSession> begin) {
        WebSocketSession front = new WebSocketSession(pipeline.channel(), protocol.startsWith("v5"), agent, start);
        pipeline.addLast(front);
        front.session.open(begin);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        switch (frame) {
            case PingWebSocketFrame ping ->
                Sending.flush(
                        context.channel(), new PongWebSocketFrame(ping.content().retain()));
            case CloseWebSocketFrame _ -> Sending.close(context.channel());
            case BinaryWebSocketFrame binary -> message(binary.content());
            case TextWebSocketFrame text -> message(text.content());
            default -> {
                // Pongs mean nothing here.
            }
        }
    }

    private void message(ByteBuf content) {
        if (!content.isReadable()) {
            return;
        }
        int stream = content.readUnsignedByte();
        byte[] bytes = ByteBufUtil.getBytes(content);
        switch (stream) {
            case AgentSession.STDIN -> session.stdin(bytes);
            case AgentSession.RESIZE -> session.resize(bytes);
            case CLOSE -> {
                if (closable && bytes.length == 1 && bytes[0] == AgentSession.STDIN) {
                    session.closeStdin();
                }
            }
            default -> {
                // Only these come from a client.
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        session.cancel();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Sending.close(context.channel());
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public ChannelFuture send(int stream, ByteBuf bytes) {
        return channel.writeAndFlush(new BinaryWebSocketFrame(
                Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(new byte[] {(byte) stream}), bytes)));
    }

    @Override
    public void finish(ObjectNode status) {
        var _ = send(AgentSession.ERROR, Unpooled.wrappedBuffer(JsonCodec.encode(status)));
        Sending.flushAndLinger(channel, new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
    }
}
