package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.MalformedException;
import io.flotilla.apiserver.node.AgentFailures;
import io.flotilla.proto.node.Exit;
import io.flotilla.proto.node.SessionInput;
import io.flotilla.proto.node.SessionOutput;
import io.flotilla.proto.node.SessionStart;
import io.flotilla.proto.node.TerminalSize;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An exec or attach session between a WebSocket and an agent. Every message begins with a byte that names its stream;
 * the error stream carries one Status, at the end. v5 differs from v4 in that a client can close a stream.
 */
final class SessionBridge extends SimpleChannelInboundHandler<WebSocketFrame>
        implements ClientResponseObserver<SessionInput, SessionOutput> {
    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int RESIZE = 4;
    private static final int CLOSE = 255;
    private static final int IN_FLIGHT = 16;

    private final boolean closable;
    private final String agent;
    private @Nullable Channel channel;
    private @Nullable ClientCallStreamObserver<SessionInput> call;
    private boolean stdinOpen = true;
    private volatile boolean finished;

    SessionBridge(boolean closable, String agent) {
        this.closable = closable;
        this.agent = agent;
    }

    /** Starts the session; on the event loop. */
    void open(Channel client, SessionStart start, Consumer<SessionBridge> begin) {
        channel = client;
        begin.accept(this);
        send(SessionInput.newBuilder().setStart(start).build());
    }

    private void send(SessionInput input) {
        ClientCallStreamObserver<SessionInput> to = call;
        if (to != null && !finished) {
            to.onNext(input);
            Channel client = channel;
            if (client != null && !to.isReady()) {
                client.config().setAutoRead(false);
            }
        }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SessionInput> requests) {
        requests.disableAutoRequestWithInitial(IN_FLIGHT);
        requests.setOnReadyHandler(() -> {
            Channel client = channel;
            if (client != null) {
                client.config().setAutoRead(true);
            }
        });
        call = requests;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        switch (frame) {
            case PingWebSocketFrame ping ->
                Sending.flush(
                        context.channel(), new PongWebSocketFrame(ping.content().retain()));
            case CloseWebSocketFrame _ -> Sending.close(context.channel());
            case BinaryWebSocketFrame binary -> message(binary.content());
            default -> {
                // Text and pongs mean nothing here.
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
            case STDIN -> {
                if (stdinOpen && bytes.length > 0) {
                    send(SessionInput.newBuilder()
                            .setStdin(ByteString.copyFrom(bytes))
                            .build());
                }
            }
            case RESIZE -> resize(bytes);
            case CLOSE -> {
                if (closable && bytes.length == 1 && bytes[0] == STDIN && stdinOpen) {
                    stdinOpen = false;
                    send(SessionInput.newBuilder().setStdinClosed(true).build());
                }
            }
            default -> {
                // Only these come from a client.
            }
        }
    }

    private void resize(byte[] json) {
        try {
            JsonNode size = JsonCodec.decodeAny(json);
            send(SessionInput.newBuilder()
                    .setResize(TerminalSize.newBuilder()
                            .setWidth(size.path("Width").asInt())
                            .setHeight(size.path("Height").asInt()))
                    .build());
        } catch (MalformedException e) {
            // A size that cannot be read changes nothing.
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ClientCallStreamObserver<SessionInput> to = call;
        if (to != null && !finished) {
            finished = true;
            to.cancel("the client is gone", null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Sending.close(context.channel());
    }

    @Override
    public void onNext(SessionOutput output) {
        switch (output.getOutputCase()) {
            case STDOUT -> data(STDOUT, output.getStdout());
            case STDERR -> data(STDERR, output.getStderr());
            case EXIT -> finish(status(output.getExit()));
            case OUTPUT_NOT_SET -> {}
        }
    }

    @Override
    public void onError(Throwable failure) {
        finish(AgentFailures.of(failure, agent).toStatus());
    }

    @Override
    public void onCompleted() {
        finish(success());
    }

    private void data(int stream, ByteString bytes) {
        Channel client = channel;
        if (client != null) {
            client.writeAndFlush(message(stream, bytes.toByteArray())).addListener(_ -> {
                ClientCallStreamObserver<SessionInput> from = call;
                if (from != null) {
                    from.request(1);
                }
            });
        }
    }

    /** Tells how the session ended, then closes the connection. */
    private void finish(ObjectNode status) {
        Channel client = channel;
        if (finished || client == null) {
            return;
        }
        finished = true;
        Sending.flush(client, message(ERROR, JsonCodec.encode(status)));
        Sending.flushAndClose(client, new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
    }

    private static BinaryWebSocketFrame message(int stream, byte[] bytes) {
        return new BinaryWebSocketFrame(Unpooled.wrappedBuffer(
                Unpooled.wrappedBuffer(new byte[] {(byte) stream}), Unpooled.wrappedBuffer(bytes)));
    }

    private static ObjectNode success() {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.putObject("metadata");
        return status.put("status", "Success");
    }

    private static ObjectNode status(Exit exit) {
        ObjectNode status = success();
        if (!exit.getError().isEmpty()) {
            return status.put("status", "Failure")
                    .put("message", exit.getError())
                    .put("reason", "InternalError")
                    .put("code", 500);
        }
        if (exit.getCode() == 0) {
            return status;
        }
        status.put("status", "Failure")
                .put("message", "command terminated with non-zero exit code: exit status " + exit.getCode())
                .put("reason", "NonZeroExitCode");
        status.putObject("details")
                .putArray("causes")
                .addObject()
                .put("reason", "ExitCode")
                .put("message", Integer.toString(exit.getCode()));
        return status;
    }
}
