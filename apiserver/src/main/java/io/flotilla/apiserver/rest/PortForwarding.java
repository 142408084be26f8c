package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.node.PodLocator;
import io.flotilla.proto.node.NodeGrpc;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyHeaders;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Port forwarding over SPDY/3.1, which older clients speak on the connection itself and newer ones inside the messages of
 * a WebSocket. A client opens two streams for each connection that it forwards, one for data and one for what goes
 * wrong; the data stream becomes a call to the agent.
 */
final class PortForwarding extends ChannelInboundHandlerAdapter {
    private final PodLocator.Located pod;
    private final NodeGrpc.NodeStub agent;
    private final Map<Integer, Connection> byData = new HashMap<>();
    private final Map<String, Integer> errorStreams = new HashMap<>();

    private final ReadingGate gate;

    private PortForwarding(Channel channel, PodLocator.Located pod, NodeGrpc.NodeStub agent) {
        this.gate = new ReadingGate(channel);
        this.pod = pod;
        this.agent = agent;
    }

    /** Behind a SPDY codec. */
    static void install(ChannelPipeline pipeline, PodLocator.Located pod, NodeGrpc.NodeStub agent) {
        pipeline.addLast(new PortForwarding(pipeline.channel(), pod, agent));
    }

    static void installInWebSocket(ChannelPipeline pipeline, PodLocator.Located pod, NodeGrpc.NodeStub agent) {
        pipeline.addLast(new Bytes());
        pipeline.addLast(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
        install(pipeline, pod, agent);
    }

    /** Messages of the WebSocket are a stream of bytes to SPDY. */
    private static final class Bytes extends ChannelDuplexHandler {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            switch (message) {
                case BinaryWebSocketFrame binary -> context.fireChannelRead(binary.content());
                case PingWebSocketFrame ping -> {
                    // Not by way of SPDY, which does not know this message.
                    var _ = context.writeAndFlush(new PongWebSocketFrame(ping.content()));
                }
                case CloseWebSocketFrame close -> {
                    close.release();
                    Sending.flushAndClose(
                            context.channel(), new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
                }
                default -> ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            Object framed = message instanceof ByteBuf bytes && !(message instanceof WebSocketFrame)
                    ? new BinaryWebSocketFrame(bytes)
                    : message;
            var _ = context.write(framed, promise);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            switch (message) {
                case SpdySynStreamFrame opened -> opened(context.channel(), opened);
                case SpdyDataFrame data -> data(data);
                case SpdyRstStreamFrame reset -> closed(reset.streamId());
                case SpdyPingFrame ping -> Sending.flush(context.channel(), ping);
                default -> {
                    // Settings, windows and farewells change nothing here.
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void opened(Channel channel, SpdySynStreamFrame frame) {
        SpdyHeaders headers = frame.headers();
        int stream = frame.streamId();
        String type = String.valueOf(headers.getAsString("streamtype"));
        String request = String.valueOf(headers.getAsString("requestid"));
        Sending.flush(channel, SpdyUpgrade.reply(stream));
        if (type.equals("error")) {
            errorStreams.put(request, stream);
            return;
        }
        int port;
        try {
            port = Integer.parseInt(String.valueOf(headers.getAsString("port")));
        } catch (NumberFormatException e) {
            port = 0;
        }
        Integer error = errorStreams.remove(request);
        Streams streams = new Streams(channel, stream, error == null ? 0 : error);
        Connection connection = new Connection(streams, new ForwardedPort(streams, channel, gate, pod));
        byData.put(stream, connection);
        connection.port.start(agent, port);
    }

    private void data(SpdyDataFrame frame) {
        Connection connection = byData.get(frame.streamId());
        if (connection == null) {
            return;
        }
        connection.port.send(frame.content());
        if (frame.isLast()) {
            connection.port.close();
        }
    }

    private void closed(int stream) {
        Connection connection = byData.remove(stream);
        if (connection != null) {
            connection.port.cancel();
            connection.streams.last(connection.streams.error);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        byData.values().forEach(connection -> connection.port.cancel());
        byData.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Sending.close(context.channel());
    }

    private record Connection(Streams streams, ForwardedPort port) {}

    /** The two streams of one forwarded connection; 0 stands for an error stream that the client has not opened. */
    private final class Streams implements ForwardedPort.Client {
        private final Channel channel;
        private final int data;
        private final int error;

        Streams(Channel channel, int data, int error) {
            this.channel = channel;
            this.data = data;
            this.error = error;
        }

        @Override
        public ChannelFuture data(ByteBuf bytes) {
            return channel.writeAndFlush(new DefaultSpdyDataFrame(data, bytes));
        }

        @Override
        public void error(String text) {
            if (error != 0) {
                Sending.flush(
                        channel, new DefaultSpdyDataFrame(error, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)));
            }
        }

        @Override
        public void ended() {
            byData.remove(data);
            last(error);
            last(data);
        }

        private void last(int stream) {
            if (stream != 0) {
                Sending.flush(channel, SpdyUpgrade.end(stream));
            }
        }
    }
}
