package io.flotilla.apiserver.conformance;

import com.google.protobuf.ByteString;
import io.flotilla.proto.node.Exit;
import io.flotilla.proto.node.LogsChunk;
import io.flotilla.proto.node.LogsRequest;
import io.flotilla.proto.node.NodeGrpc;
import io.flotilla.proto.node.SessionInput;
import io.flotilla.proto.node.SessionOutput;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;

/**
 * A node whose agent runs nothing. A command that is executed says its own words on the error output, repeats the first
 * line of its input on the output, and ends with code 3; a log is three lines, and a fourth when it is followed.
 */
final class StubAgent implements AutoCloseable {
    private static final List<String> LOG = List.of("one\n", "two\n", "three\n");

    private final Server server;
    private final String node;

    private StubAgent(Server server, String node) {
        this.server = server;
        this.node = node;
    }

    /** Starts an agent and registers its node. */
    static StubAgent start(Rest admin, String node) throws IOException, InterruptedException {
        Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new Agent())
                .build()
                .start();
        admin.post("/api/v1/nodes", Json.object("{metadata: {name: '%s'}}", node))
                .expect(201);
        admin.patch(
                        "/api/v1/nodes/" + node + "/status",
                        Rest.MERGE_PATCH,
                        "{status: {addresses: [{type: 'InternalIP', address: '127.0.0.1'}], daemonEndpoints: {kubeletEndpoint: {Port: %d}}}}",
                        server.getPort())
                .expect(200);
        return new StubAgent(server, node);
    }

    /** Makes a pod that runs here and is ready. */
    void run(Rest admin, String namespace, String pod) throws IOException, InterruptedException {
        String pods = "/api/v1/namespaces/" + namespace + "/pods";
        admin.post(
                        pods,
                        Json.object(
                                "{metadata: {name: '%s'}, spec: {nodeName: '%s', containers: [{name: 'c', image: 'nginx'}]}}",
                                pod, node))
                .expect(201);
        admin.patch(
                        pods + "/" + pod + "/status",
                        Rest.MERGE_PATCH,
                        "{status: {phase: 'Running', conditions: [{type: 'Ready', status: 'True'}]}}")
                .expect(200);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static final class Agent extends NodeGrpc.NodeImplBase {
        @Override
        public StreamObserver<SessionInput> exec(StreamObserver<SessionOutput> client) {
            return new Command(client);
        }

        @Override
        public void logs(LogsRequest request, StreamObserver<LogsChunk> client) {
            long skipped = request.hasTailLines() ? Math.max(0, LOG.size() - request.getTailLines()) : 0;
            LOG.stream().skip(skipped).forEach(line -> client.onNext(chunk(line)));
            if (request.getFollow()) {
                client.onNext(chunk("four\n"));
            }
            client.onCompleted();
        }

        private static LogsChunk chunk(String line) {
            return LogsChunk.newBuilder().setData(ByteString.copyFromUtf8(line)).build();
        }
    }

    private static final class Command implements StreamObserver<SessionInput> {
        private final StreamObserver<SessionOutput> client;
        private ByteString line = ByteString.EMPTY;

        Command(StreamObserver<SessionOutput> client) {
            this.client = client;
        }

        @Override
        public void onNext(SessionInput input) {
            switch (input.getInputCase()) {
                case START ->
                    client.onNext(SessionOutput.newBuilder()
                            .setStderr(ByteString.copyFromUtf8(
                                    String.join(" ", input.getStart().getCommandList())))
                            .build());
                case STDIN -> {
                    line = line.concat(input.getStdin());
                    if (line.toStringUtf8().endsWith("\n")) {
                        client.onNext(SessionOutput.newBuilder().setStdout(line).build());
                        client.onNext(SessionOutput.newBuilder()
                                .setExit(Exit.newBuilder().setCode(3))
                                .build());
                        client.onCompleted();
                    }
                }
                case STDIN_CLOSED, RESIZE, INPUT_NOT_SET -> {}
            }
        }

        @Override
        public void onError(Throwable failure) {
            // The client has left.
        }

        @Override
        public void onCompleted() {
            // The exit has ended the session already.
        }
    }
}
