package io.flotilla.apiserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.protobuf.ByteString;
import io.flotilla.apiserver.node.PodLocator;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.proto.node.Exit;
import io.flotilla.proto.node.NodeGrpc;
import io.flotilla.proto.node.PortForwardInput;
import io.flotilla.proto.node.PortForwardOutput;
import io.flotilla.proto.node.SessionInput;
import io.flotilla.proto.node.SessionOutput;
import io.flotilla.proto.node.SessionStart;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Exec and port-forward over SPDY, on real sockets, with an agent that echoes. */
final class SpdyIT {
    private static final List<String> PROTOCOLS = List.of("v4.channel.k8s.io", "v2.channel.k8s.io");
    private static final SessionStart EVERYTHING = SessionStart.newBuilder()
            .setStdin(true)
            .setStdout(true)
            .setStderr(true)
            .build();

    private final PlainServer server = new PlainServer();
    private Server agent;
    private ManagedChannel toAgent;

    /** Sends its input back on both outputs, sizes on the error output; ends with code 3. */
    private static final class Echo extends NodeGrpc.NodeImplBase {
        @Override
        public StreamObserver<SessionInput> exec(StreamObserver<SessionOutput> client) {
            return new Received<>(client) {
                @Override
                public void onNext(SessionInput input) {
                    switch (input.getInputCase()) {
                        case STDIN -> {
                            client.onNext(SessionOutput.newBuilder()
                                    .setStdout(input.getStdin())
                                    .build());
                            client.onNext(SessionOutput.newBuilder()
                                    .setStderr(ByteString.copyFromUtf8("!"))
                                    .build());
                        }
                        case RESIZE ->
                            client.onNext(SessionOutput.newBuilder()
                                    .setStdout(ByteString.copyFromUtf8(
                                            input.getResize().getWidth() + "x"
                                                    + input.getResize().getHeight() + " "))
                                    .build());
                        case STDIN_CLOSED -> {
                            client.onNext(SessionOutput.newBuilder()
                                    .setExit(Exit.newBuilder().setCode(3))
                                    .build());
                            client.onCompleted();
                        }
                        case START, INPUT_NOT_SET -> {}
                    }
                }
            };
        }

        @Override
        public StreamObserver<PortForwardInput> portForward(StreamObserver<PortForwardOutput> client) {
            return new Received<>(client) {
                private int port;

                @Override
                public void onNext(PortForwardInput input) {
                    switch (input.getInputCase()) {
                        case START -> port = input.getStart().getPort();
                        case DATA ->
                            client.onNext(PortForwardOutput.newBuilder()
                                    .setData(ByteString.copyFromUtf8(port + ":").concat(input.getData()))
                                    .build());
                        case CLOSED -> client.onCompleted();
                        case INPUT_NOT_SET -> {}
                    }
                }
            };
        }
    }

    private abstract static class Received<I, O> implements StreamObserver<I> {
        private final StreamObserver<O> client;

        Received(StreamObserver<O> client) {
            this.client = client;
        }

        @Override
        public void onError(Throwable failure) {
            // The client has left.
        }

        @Override
        public void onCompleted() {
            client.onCompleted();
        }
    }

    @BeforeEach
    void start() throws Exception {
        agent = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new Echo())
                .build()
                .start();
        toAgent = Grpc.newChannelBuilder("localhost:" + agent.getPort(), InsecureChannelCredentials.create())
                .build();
    }

    @AfterEach
    void stop() {
        toAgent.shutdownNow();
        agent.shutdownNow();
        server.close();
    }

    private int serveExec(SessionStart start) {
        return server.serve(exchange -> {
            try {
                SpdyUpgrade.upgrade(
                        exchange,
                        PROTOCOLS,
                        (pipeline, protocol) -> SpdySession.install(
                                pipeline,
                                protocol,
                                "agent",
                                start,
                                session -> NodeGrpc.newStub(toAgent).exec(session)));
            } catch (StatusException e) {
                RestHandler.fail(exchange, e);
            }
        });
    }

    @Test
    void execKeepsTheStreamsApartAndEndsWithAStatus() throws Exception {
        try (SpdyClient client = new SpdyClient(serveExec(EVERYTHING))) {
            String head = client.upgrade(List.of("v9.channel.k8s.io", "v4.channel.k8s.io"));
            assertThat(head)
                    .startsWith("HTTP/1.1 101 ")
                    .containsIgnoringCase("upgrade: SPDY/3.1\r\n")
                    .containsIgnoringCase("x-stream-protocol-version: v4.channel.k8s.io\r\n");
            int error = client.open("error", Map.of());
            int stdin = client.open("stdin", Map.of());
            int stdout = client.open("stdout", Map.of());
            int stderr = client.open("stderr", Map.of());
            client.write(stdin, "hello", true);

            assertThat(client.readToEnd(stdout)).isEqualTo("hello");
            assertThat(client.readToEnd(stderr)).isEqualTo("!");
            assertThat(client.readToEnd(error)).contains("\"reason\":\"NonZeroExitCode\"", "\"message\":\"3\"");
        }
    }

    @Test
    void anOlderProtocolTellsTheFailureInASentence() throws Exception {
        try (SpdyClient client = new SpdyClient(serveExec(EVERYTHING))) {
            client.upgrade(List.of("v2.channel.k8s.io"));
            int error = client.open("error", Map.of());
            int stdin = client.open("stdin", Map.of());
            client.open("stdout", Map.of());
            client.open("stderr", Map.of());
            client.write(stdin, "", true);

            assertThat(client.readToEnd(error)).isEqualTo("command terminated with non-zero exit code: exit status 3");
        }
    }

    @Test
    void sizesOfATerminalArriveEvenInPieces() throws Exception {
        SessionStart terminal = SessionStart.newBuilder()
                .setStdin(true)
                .setStdout(true)
                .setTty(true)
                .build();
        try (SpdyClient client = new SpdyClient(serveExec(terminal))) {
            client.upgrade(PROTOCOLS);
            client.open("error", Map.of());
            int stdin = client.open("stdin", Map.of());
            int stdout = client.open("stdout", Map.of());
            int resize = client.open("resize", Map.of());
            client.write(resize, "{\"Width\":80,\"Hei", false);
            client.write(resize, "ght\":24}\n{\"Width\":100,\"Height\":50}\n", false);
            client.write(stdin, "", true);

            assertThat(client.readToEnd(stdout)).isEqualTo("80x24 100x50 ");
        }
    }

    @Test
    void withoutACommonProtocolTheClientIsToldWhichThereAre() throws Exception {
        try (SpdyClient client = new SpdyClient(serveExec(EVERYTHING))) {
            assertThat(client.upgrade(List.of("v9.channel.k8s.io")))
                    .startsWith("HTTP/1.1 403 ")
                    .containsIgnoringCase("x-accepted-stream-protocol-versions: v4.channel.k8s.io\r\n");
        }
    }

    private SpdyClient forward() throws Exception {
        PodLocator.Located pod =
                new PodLocator.Located("default", "web", "uid", JsonNodeFactory.instance.objectNode(), "agent");
        SpdyClient client = new SpdyClient(server.serve(exchange -> SpdyUpgrade.upgrade(
                exchange,
                List.of("portforward.k8s.io"),
                (pipeline, _) -> PortForwarding.install(pipeline, pod, NodeGrpc.newStub(toAgent)))));
        client.upgrade(List.of("portforward.k8s.io"));
        return client;
    }

    @Test
    void eachForwardedConnectionIsAPairOfStreams() throws Exception {
        try (SpdyClient client = forward()) {
            int firstError = client.open("error", Map.of("port", "80", "requestid", "0"));
            int first = client.open("data", Map.of("port", "80", "requestid", "0"));
            client.open("error", Map.of("port", "81", "requestid", "1"));
            int second = client.open("data", Map.of("port", "81", "requestid", "1"));
            client.write(second, "two", true);
            client.write(first, "one", true);

            assertThat(client.readToEnd(first)).isEqualTo("80:one");
            assertThat(client.readToEnd(second)).isEqualTo("81:two");
            assertThat(client.readToEnd(firstError)).isEmpty();
        }
    }

    @Test
    void anAgentThatDoesNotAnswerKeepsNoOtherConnectionWaiting() throws Exception {
        agent.shutdownNow().awaitTermination();
        try (SpdyClient client = forward()) {
            for (String request : List.of("0", "1")) {
                int error = client.open("error", Map.of("port", "80", "requestid", request));
                int data = client.open("data", Map.of("port", "80", "requestid", request));

                assertThat(client.readToEnd(error)).contains("the agent at agent does not answer");
                assertThat(client.readToEnd(data)).isEmpty();
            }
        }
    }
}
