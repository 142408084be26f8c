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
import io.netty.channel.ChannelFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a port of a pod, by way of its agent, on behalf of a client, whichever framing the client speaks. Neither
 * side sends faster than the other takes. All but what the agent says is for the event loop of the client.
 */
final class ForwardedPort implements ClientResponseObserver<PortForwardInput, PortForwardOutput> {
    private static final int IN_FLIGHT = 16;
    private static final int CHUNK = 64 << 10;
    private static final long DELIVERED_WITHIN_SECONDS = 30;

    /** The way back to the client. */
    interface Client {
        /** What the port says; called on any thread. */
        ChannelFuture data(ByteBuf bytes);

        /** What went wrong; called on any thread. */
        void error(String text);

        /** Nothing more will be said; called once, on the event loop, unless the client has gone before. */
        void ended();
    }

    private final Client client;
    private final Channel channel;
    private final ReadingGate gate;
    private final PodLocator.Located pod;
    private @Nullable ClientCallStreamObserver<PortForwardInput> call;
    private boolean closed;
    private boolean finished;

    /** @param gate stops the client while the port takes nothing */
    ForwardedPort(Client client, Channel channel, ReadingGate gate, PodLocator.Located pod) {
        this.client = client;
        this.channel = channel;
        this.gate = gate;
        this.pod = pod;
    }

    void start(NodeGrpc.NodeStub agent, int port) {
        var _ = agent.portForward(this);
        send(PortForwardInput.newBuilder()
                .setStart(PortForwardStart.newBuilder()
                        .setNamespace(pod.namespace())
                        .setPod(pod.name())
                        .setUid(pod.uid())
                        .setPort(port))
                .build());
    }

    /** What the client says; nothing is taken any more after {@link #close}. */
    void send(ByteBuf bytes) {
        while (bytes.isReadable() && !closed) {
            ByteBuf chunk = bytes.readSlice(Math.min(CHUNK, bytes.readableBytes()));
            send(PortForwardInput.newBuilder()
                    .setData(ByteString.copyFrom(ByteBufUtil.getBytes(chunk)))
                    .build());
        }
    }

    /** The client has said everything. */
    void close() {
        if (!closed) {
            closed = true;
            send(PortForwardInput.newBuilder().setClosed(true).build());
        }
    }

    private void send(PortForwardInput input) {
        ClientCallStreamObserver<PortForwardInput> to = call;
        if (to != null && !finished) {
            to.onNext(input);
            gate.shut(this, to::isReady);
        }
    }

    /** The client is gone: what it has said still reaches the port, what the port says is for nobody. */
    void leave() {
        if (!finished) {
            close();
            var _ = channel.eventLoop().schedule(this::cancel, DELIVERED_WITHIN_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Ends the connection at once. */
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
        gate.open(this);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<PortForwardInput> requests) {
        requests.disableAutoRequestWithInitial(IN_FLIGHT);
        requests.setOnReadyHandler(() -> gate.open(this));
        call = requests;
    }

    @Override
    public void onNext(PortForwardOutput output) {
        switch (output.getOutputCase()) {
            case DATA ->
                client.data(Unpooled.wrappedBuffer(output.getData().asReadOnlyByteBuffer()))
                        .addListener(_ -> more());
            case ERROR -> {
                client.error(output.getError());
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

    @Override
    public void onError(Throwable failure) {
        channel.eventLoop().execute(() -> {
            if (!finished) {
                client.error(
                        String.valueOf(AgentFailures.of(failure, pod.agent()).getMessage()));
                finish();
            }
        });
    }

    @Override
    public void onCompleted() {
        channel.eventLoop().execute(() -> {
            if (!finished) {
                finish();
            }
        });
    }

    private void finish() {
        end();
        client.ended();
    }
}
