package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.proto.node.SessionStart;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyGoAwayFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySessionStatus;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * An exec or attach session over SPDY: one stream for each of standard input, output, error output, the sizes of the
 * terminal, and what became of it. The session begins once the client has opened all that it asked for. From v4 on the
 * error stream carries a Status, before that a sentence; from v3 on sizes are sent.
 */
final class SpdySession extends ChannelInboundHandlerAdapter implements AgentSession.Client {
    private static final long STREAMS_WITHIN_SECONDS = 30;
    private static final int MAX_SIZE_TEXT = 1 << 10;

    private final Channel channel;
    private final int version;
    private final AgentSession session;
    private final Consumer<AgentSession> begin;
    private final ByteArrayOutputStream sizes = new ByteArrayOutputStream();

    /** SPDY's numbers of the streams; written on the event loop, read on any thread. */
    private final Map<Integer, Integer> streams = new ConcurrentHashMap<>();

    private boolean begun;

    private SpdySession(Channel channel, int version, String agent, SessionStart start, Consumer<AgentSession> begin) {
        this.channel = channel;
        this.version = version;
        this.session = new AgentSession(this, agent, start);
        this.begin = begin;
    }

    /** Speaks for the pipeline's client from now on; on the event loop. */
    static void install(
            ChannelPipeline pipeline, String protocol, String agent, SessionStart start, Consumer<AgentSession> begin) {
        SpdySession front = new SpdySession(pipeline.channel(), AgentSession.version(protocol), agent, start, begin);
        pipeline.addLast(front);
        var _ = pipeline.channel()
                .eventLoop()
                .schedule(front::closeUnlessBegun, STREAMS_WITHIN_SECONDS, TimeUnit.SECONDS);
    }

    private void closeUnlessBegun() {
        if (!begun) {
            Sending.close(channel);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            switch (message) {
                case SpdySynStreamFrame opened -> opened(opened);
                case SpdyDataFrame data -> data(data);
                case SpdyRstStreamFrame reset -> ended(reset.streamId());
                case SpdyPingFrame ping -> Sending.flush(channel, ping);
                default -> {
                    // Settings, windows and farewells change nothing here.
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void opened(SpdySynStreamFrame frame) {
        Sending.flush(channel, SpdyUpgrade.reply(frame.streamId()));
        switch (String.valueOf(frame.headers().getAsString("streamtype"))) {
            case "stdin" -> streams.put(AgentSession.STDIN, frame.streamId());
            case "stdout" -> streams.put(AgentSession.STDOUT, frame.streamId());
            case "stderr" -> streams.put(AgentSession.STDERR, frame.streamId());
            case "error" -> streams.put(AgentSession.ERROR, frame.streamId());
            case "resize" -> streams.put(AgentSession.RESIZE, frame.streamId());
            default -> {
                Sending.close(channel);
                return;
            }
        }
        SessionStart start = session.start();
        boolean complete = streams.containsKey(AgentSession.ERROR)
                && (!start.getStdin() || streams.containsKey(AgentSession.STDIN))
                && (!start.getStdout() || streams.containsKey(AgentSession.STDOUT))
                && (!start.getStderr() || streams.containsKey(AgentSession.STDERR))
                && (!start.getTty() || version < 3 || streams.containsKey(AgentSession.RESIZE));
        if (complete && !begun) {
            begun = true;
            session.open(begin);
        }
    }

    private boolean is(int stream, int id) {
        return streams.getOrDefault(stream, 0) == id;
    }

    private void data(SpdyDataFrame frame) {
        if (is(AgentSession.STDIN, frame.streamId())) {
            session.stdin(frame.content());
        } else if (is(AgentSession.RESIZE, frame.streamId())) {
            sizes(ByteBufUtil.getBytes(frame.content()));
        }
        if (frame.isLast()) {
            ended(frame.streamId());
        }
    }

    /** Sizes are JSON objects, each on a line. */
    private void sizes(byte[] bytes) {
        for (byte each : bytes) {
            if (each == '\n') {
                session.resize(sizes.toByteArray());
                sizes.reset();
            } else if (sizes.size() < MAX_SIZE_TEXT) {
                sizes.write(each);
            }
        }
    }

    private void ended(int id) {
        if (is(AgentSession.STDIN, id)) {
            session.closeStdin();
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
        Integer id = streams.get(stream);
        if (id == null) {
            bytes.release();
            return channel.newSucceededFuture();
        }
        return channel.writeAndFlush(new DefaultSpdyDataFrame(id, bytes));
    }

    @Override
    public void finish(ObjectNode status) {
        AgentSession.ending(status, version).ifPresent(ending -> {
            var _ = send(AgentSession.ERROR, Unpooled.wrappedBuffer(ending));
        });
        for (int stream : new int[] {AgentSession.STDOUT, AgentSession.STDERR, AgentSession.ERROR}) {
            Integer id = streams.get(stream);
            if (id != null) {
                Sending.flush(channel, SpdyUpgrade.end(id));
            }
        }
        Sending.flushAndLinger(channel, new DefaultSpdyGoAwayFrame(0, SpdySessionStatus.OK));
    }
}
