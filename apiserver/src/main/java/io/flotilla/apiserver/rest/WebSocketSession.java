package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.proto.node.SessionStart;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import java.util.function.Consumer;

/**
 * An exec or attach session in the channels of a WebSocket; the first message is empty and says that there is a session.
 * From v4 on the error channel carries a Status at the end, before that a sentence, of failures only; from v5 on a client
 * can close its input.
 */
final class WebSocketSession extends WebSocketHandler implements AgentSession.Client {
    /** Precedes the number of a channel that the client closes. */
    private static final int CLOSE = 255;

    private final ChannelFraming framing;
    private final int version;
    private final AgentSession session;

    private WebSocketSession(Channel channel, String protocol, String agent, SessionStart start) {
        super(channel);
        this.framing = ChannelFraming.of(protocol);
        this.version = AgentSession.version(protocol);
        this.session = new AgentSession(this, agent, start);
    }

    /** Speaks for the pipeline's client from now on; on the event loop. */
    static void install(
            ChannelPipeline pipeline, String protocol, String agent, SessionStart start, Consumer<AgentSession> begin) {
        WebSocketSession front = new WebSocketSession(pipeline.channel(), protocol, agent, start);
        pipeline.addLast(front);
        int first =
                start.getStdout() ? AgentSession.STDOUT : start.getStderr() ? AgentSession.STDERR : AgentSession.ERROR;
        var _ = front.send(first, Unpooled.EMPTY_BUFFER);
        front.session.open(begin);
    }

    @Override
    void message(ByteBuf content) {
        if (!content.isReadable()) {
            return;
        }
        if (version >= 5 && content.getUnsignedByte(content.readerIndex()) == CLOSE) {
            content.skipBytes(1);
            closed(content);
            return;
        }
        switch (framing.channel(content)) {
            case AgentSession.STDIN -> session.stdin(framing.bytes(content));
            case AgentSession.RESIZE -> session.resize(ByteBufUtil.getBytes(framing.bytes(content)));
            default -> {
                // Only these come from a client.
            }
        }
    }

    /** A client that does not say which channel it closes, or one that is none, is not understood any more. */
    private void closed(ByteBuf channels) {
        if (channels.readableBytes() != 1) {
            close();
            return;
        }
        int closed = channels.readUnsignedByte();
        if (closed == AgentSession.STDIN) {
            session.closeStdin();
        } else if (closed > AgentSession.RESIZE) {
            close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        session.cancel();
    }

    @Override
    public ChannelFuture send(int stream, ByteBuf bytes) {
        return channel().writeAndFlush(framing.frame(stream, bytes));
    }

    @Override
    public void finish(ObjectNode status) {
        AgentSession.ending(status, version).ifPresent(ending -> {
            var _ = send(AgentSession.ERROR, Unpooled.wrappedBuffer(ending));
        });
        close();
    }
}
