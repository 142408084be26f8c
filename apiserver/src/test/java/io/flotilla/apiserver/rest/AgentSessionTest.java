package io.flotilla.apiserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.proto.node.Exit;
import io.flotilla.proto.node.SessionInput;
import io.flotilla.proto.node.SessionOutput;
import io.flotilla.proto.node.SessionStart;
import io.grpc.stub.ClientCallStreamObserver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How much is read of a client whose agent is slow. */
final class AgentSessionTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Agent agent = new Agent();
    private final AgentSession session = new AgentSession(
            new Client(channel),
            "agent",
            SessionStart.newBuilder().setStdin(true).build());

    private record Client(Channel channel) implements AgentSession.Client {
        @Override
        public ChannelFuture send(int stream, ByteBuf bytes) {
            bytes.release();
            return channel.newSucceededFuture();
        }

        @Override
        public void finish(ObjectNode status) {}
    }

    /** Takes what it is sent; is as ready as it is told, after something happened. */
    private static final class Agent extends ClientCallStreamObserver<SessionInput> {
        private boolean ready = true;
        private Runnable onReady = () -> {};
        private Runnable meanwhile = () -> {};

        /** What happens when it has been asked whether it is ready, before the one who asked does anything. */
        void meanwhile(Runnable happens) {
            meanwhile = happens;
        }

        void becomesReady() {
            ready = true;
            onReady.run();
        }

        @Override
        public boolean isReady() {
            boolean answer = ready;
            Runnable happens = meanwhile;
            meanwhile = () -> {};
            happens.run();
            return answer;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {
            onReady = handler;
        }

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void disableAutoRequestWithInitial(int request) {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}

        @Override
        public void onNext(SessionInput value) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    private void open() {
        session.open(begun -> begun.beforeStart(agent));
    }

    private void type() {
        session.stdin(Unpooled.copiedBuffer("x", StandardCharsets.UTF_8));
    }

    @Test
    void aClientIsNotReadWhileItsAgentTakesNothing() {
        open();
        agent.ready = false;
        type();
        assertThat(channel.config().isAutoRead()).isFalse();
        agent.becomesReady();
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void anAgentThatBecomesReadyWhileItIsFoundNotToBeIsNotWaitedFor() {
        open();
        agent.ready = false;
        agent.meanwhile(agent::becomesReady);
        type();
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void theClientOfASessionThatEndsMeanwhileIsReadOn() {
        open();
        agent.ready = false;
        agent.meanwhile(() -> session.onNext(
                SessionOutput.newBuilder().setExit(Exit.getDefaultInstance()).build()));
        type();
        assertThat(channel.config().isAutoRead()).isTrue();
    }
}
