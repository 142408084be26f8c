package io.flotilla.apiserver.rest;

import com.google.protobuf.ByteString;
import io.flotilla.apiserver.node.AgentFailures;
import io.flotilla.apiserver.node.PodLocator;
import io.flotilla.proto.node.NodeGrpc;
import io.flotilla.proto.node.PortForwardInput;
import io.flotilla.proto.node.PortForwardOutput;
import io.flotilla.proto.node.PortForwardStart;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
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
import org.jspecify.annotations.Nullable;

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

    private PortForwarding(PodLocator.Located pod, NodeGrpc.NodeStub agent) {
        this.pod = pod;
        this.agent = agent;
    }

    /** Behind a SPDY codec. */
    static void install(ChannelPipeline pipeline, PodLocator.Located pod, NodeGrpc.NodeStub agent) {
        pipeline.addLast(new PortForwarding(pod, agent));
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
                    Sending.close(context.channel());
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
        Connection connection = new Connection(channel, stream, error == null ? 0 : error);
        byData.put(stream, connection);
        connection.start(port);
    }

    private void data(SpdyDataFrame frame) {
        Connection connection = byData.get(frame.streamId());
        if (connection == null) {
            return;
        }
        if (frame.content().isReadable()) {
            connection.send(PortForwardInput.newBuilder()
                    .setData(ByteString.copyFrom(ByteBufUtil.getBytes(frame.content())))
                    .build());
        }
        if (frame.isLast()) {
            connection.send(PortForwardInput.newBuilder().setClosed(true).build());
        }
    }

    private void closed(int stream) {
        Connection connection = byData.remove(stream);
        if (connection != null) {
            connection.cancel();
            connection.last(connection.errorStream);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        byData.values().forEach(Connection::cancel);
        byData.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Sending.close(context.channel());
    }

    /** One forwarded connection. */
    private final class Connection implements ClientResponseObserver<PortForwardInput, PortForwardOutput> {
        private final Channel channel;
        private final int dataStream;
        private final int errorStream;
        private @Nullable ClientCallStreamObserver<PortForwardInput> call;
        private boolean finished;

        Connection(Channel channel, int dataStream, int errorStream) {
            this.channel = channel;
            this.dataStream = dataStream;
            this.errorStream = errorStream;
        }

        void start(int port) {
            var _ = agent.portForward(this);
            send(PortForwardInput.newBuilder()
                    .setStart(PortForwardStart.newBuilder()
                            .setNamespace(pod.namespace())
                            .setPod(pod.name())
                            .setUid(pod.uid())
                            .setPort(port))
                    .build());
        }

        void send(PortForwardInput input) {
            ClientCallStreamObserver<PortForwardInput> to = call;
            if (to != null && !finished) {
                to.onNext(input);
                if (!to.isReady()) {
                    channel.config().setAutoRead(false);
                    // It may have become ready in between, and tells so only once.
                    if (to.isReady()) {
                        channel.config().setAutoRead(true);
                    }
                }
            }
        }

        void cancel() {
            ClientCallStreamObserver<PortForwardInput> to = call;
            if (to != null && !finished) {
                end();
                to.cancel("the client is gone", null);
            }
        }

        /** What has ended takes nothing any more, and must not keep the others from being read. */
        private void end() {
            finished = true;
            channel.config().setAutoRead(true);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<PortForwardInput> requests) {
            requests.disableAutoRequestWithInitial(16);
            requests.setOnReadyHandler(() -> channel.config().setAutoRead(true));
            call = requests;
        }

        @Override
        public void onNext(PortForwardOutput output) {
            switch (output.getOutputCase()) {
                case DATA ->
                    channel.writeAndFlush(new DefaultSpdyDataFrame(
                                    dataStream,
                                    Unpooled.wrappedBuffer(output.getData().toByteArray())))
                            .addListener(_ -> more());
                case ERROR -> {
                    error(output.getError());
                    more();
                }
                case CONNECTED, CLOSED, OUTPUT_NOT_SET -> more();
            }
        }

        private void more() {
            ClientCallStreamObserver<PortForwardInput> from = call;
            if (from != null) {
                from.request(1);
            }
        }

        private void error(String text) {
            if (errorStream != 0) {
                Sending.flush(
                        channel,
                        new DefaultSpdyDataFrame(
                                errorStream, Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8))));
            }
        }

        @Override
        public void onError(Throwable failure) {
            channel.eventLoop().execute(() -> {
                if (!finished) {
                    error(String.valueOf(AgentFailures.of(failure, pod.agent()).getMessage()));
                    finish();
                }
            });
        }

        @Override
        public void onCompleted() {
            channel.eventLoop().execute(this::finish);
        }

        private void finish() {
            end();
            byData.remove(dataStream);
            last(errorStream);
            last(dataStream);
        }

        private void last(int stream) {
            if (stream != 0) {
                Sending.flush(channel, SpdyUpgrade.end(stream));
            }
        }
    }
}
