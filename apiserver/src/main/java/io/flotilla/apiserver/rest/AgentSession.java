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
import io.netty.channel.ChannelFuture;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An exec or attach call to an agent on behalf of a client, whichever framing the client speaks. Neither side sends
 * faster than the other takes.
 */
final class AgentSession implements ClientResponseObserver<SessionInput, SessionOutput> {
    static final int STDIN = 0;
    static final int STDOUT = 1;
    static final int STDERR = 2;
    static final int ERROR = 3;
    static final int RESIZE = 4;
    private static final int IN_FLIGHT = 16;
    private static final int CHUNK = 64 << 10;
    /** The first version whose sessions end with a Status. */
    private static final int WITH_STATUS = 4;

    /** The way back to the client. */
    interface Client {
        Channel channel();

        /** Sends output; called on any thread. */
        ChannelFuture send(int stream, ByteBuf bytes);

        /** Tells how the session ended, and ends it; called once, on any thread. */
        void finish(ObjectNode status);
    }

    private final Client client;
    private final ReadingGate gate;
    private final String agent;
    private final SessionStart start;
    private @Nullable ClientCallStreamObserver<SessionInput> call;
    private boolean stdinOpen = true;
    private volatile boolean finished;

    /** @param agent address of the agent, for messages */
    AgentSession(Client client, String agent, SessionStart start) {
        this.client = client;
        this.gate = new ReadingGate(client.channel());
        this.agent = agent;
        this.start = start;
    }

    /** The version that a protocol's name says; the first one is not said. */
    static int version(String protocol) {
        return protocol.startsWith("v") ? protocol.charAt(1) - '0' : 1;
    }

    /** What the error stream carries at the end, if anything. */
    static Optional<byte[]> ending(ObjectNode status, int version) {
        if (version >= WITH_STATUS) {
            return Optional.of(JsonCodec.encode(status));
        }
        return status.path("status").asText("").equals("Success")
                ? Optional.empty()
                : Optional.of(status.path("message").asText("").getBytes(StandardCharsets.UTF_8));
    }

    SessionStart start() {
        return start;
    }

    /** Begins the call; what follows is for the event loop of the client. */
    void open(Consumer<AgentSession> begin) {
        begin.accept(this);
        send(SessionInput.newBuilder().setStart(start).build());
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SessionInput> requests) {
        requests.disableAutoRequestWithInitial(IN_FLIGHT);
        requests.setOnReadyHandler(() -> gate.open(this));
        call = requests;
    }

    private void send(SessionInput input) {
        ClientCallStreamObserver<SessionInput> to = call;
        if (to != null && !finished) {
            to.onNext(input);
            // It takes nothing any more once the session has ended.
            gate.shut(this, () -> to.isReady() || finished);
        }
    }

    /** Input of the client; nothing is taken of one that did not ask to give any. */
    void stdin(ByteBuf bytes) {
        while (stdinOpen && start.getStdin() && bytes.isReadable()) {
            ByteBuf chunk = bytes.readSlice(Math.min(CHUNK, bytes.readableBytes()));
            send(SessionInput.newBuilder()
                    .setStdin(ByteString.copyFrom(ByteBufUtil.getBytes(chunk)))
                    .build());
        }
    }

    void closeStdin() {
        if (stdinOpen) {
            stdinOpen = false;
            send(SessionInput.newBuilder().setStdinClosed(true).build());
        }
    }

    void resize(byte[] json) {
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

    /** Ends the call of a client that is gone. */
    void cancel() {
        ClientCallStreamObserver<SessionInput> to = call;
        if (to != null && !finished) {
            finished = true;
            to.cancel("the client is gone", null);
        }
    }

    @Override
    public void onNext(SessionOutput output) {
        switch (output.getOutputCase()) {
            case STDOUT -> data(STDOUT, output.getStdout());
            case STDERR -> data(STDERR, output.getStderr());
            case EXIT -> finish(status(output.getExit()));
            case OUTPUT_NOT_SET -> more();
        }
    }

    @Override
    public void onError(Throwable failure) {
        finish(AgentFailures.ofSession(failure, agent, start.getCommandCount() > 0)
                .toStatus());
    }

    @Override
    public void onCompleted() {
        finish(success());
    }

    private void data(int stream, ByteString bytes) {
        client.send(stream, Unpooled.wrappedBuffer(bytes.asReadOnlyByteBuffer()))
                .addListener(_ -> more());
    }

    private void more() {
        ClientCallStreamObserver<SessionInput> from = call;
        if (from != null) {
            from.request(1);
        }
    }

    private void finish(ObjectNode status) {
        if (finished) {
            return;
        }
        finished = true;
        gate.open(this);
        client.finish(status);
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
