package io.flotilla.apiserver.conformance;

import com.google.protobuf.ByteString;
import io.flotilla.proto.node.ContainerUsage;
import io.flotilla.proto.node.Exit;
import io.flotilla.proto.node.LogsChunk;
import io.flotilla.proto.node.LogsRequest;
import io.flotilla.proto.node.NodeGrpc;
import io.flotilla.proto.node.PortForwardInput;
import io.flotilla.proto.node.PortForwardOutput;
import io.flotilla.proto.node.SessionInput;
import io.flotilla.proto.node.SessionOutput;
import io.flotilla.proto.node.Usage;
import io.flotilla.proto.node.UsageReply;
import io.flotilla.proto.node.UsageRequest;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A node whose agent runs nothing. A command that is executed says its own words on the error output, the sizes of its
 * terminal on the output, repeats there the first line of its input, and ends with code 3, or with 0 if its input ends
 * before; a log is three lines, and a fourth when it is followed. A port repeats what it is told and ends when that is
 * {@link #QUIT}; nobody listens on {@link #REFUSING}. Asked for what is used, it says what the node and each of its pods
 * had used by a clock that goes on ten seconds each time.
 */
final class StubAgent implements AutoCloseable {
    private static final long EPOCH_SECONDS = 1_700_000_000;
    private static final List<String> LOG = List.of("one\n", "two\n", "three\n");

    static final String QUIT = "quit";
    static final int REFUSING = 9;
    static final String REFUSAL = "failed to connect to port 9 of the pod at 127.0.0.1: Connection refused";

    private final Server server;
    private final String node;
    private final Agent agent;

    private StubAgent(Server server, String node, Agent agent) {
        this.server = server;
        this.node = node;
        this.agent = agent;
    }

    /** Starts an agent and registers its node. */
    static StubAgent start(Rest admin, String node) throws IOException, InterruptedException {
        Agent agent = new Agent();
        Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(agent)
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
        return new StubAgent(server, node, agent);
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
        agent.pods.add(new Pod(namespace, pod));
    }

    /** Waits until a client has closed a connection to a port; returns the port and how many bytes came before. */
    String closed() throws InterruptedException {
        return String.valueOf(agent.closed.poll(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** How often it was asked what is used. */
    long asked() {
        return agent.asked.get();
    }

    private record Pod(String namespace, String name) {}

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static final class Agent extends NodeGrpc.NodeImplBase {
        private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
        private final List<Pod> pods = new CopyOnWriteArrayList<>();
        private final AtomicLong asked = new AtomicLong();

        @Override
        public StreamObserver<PortForwardInput> portForward(StreamObserver<PortForwardOutput> client) {
            return new Port((ServerCallStreamObserver<PortForwardOutput>) client, closed);
        }

        @Override
        public void usage(UsageRequest request, StreamObserver<UsageReply> client) {
            long number = asked.incrementAndGet();
            UsageReply.Builder reply = UsageReply.newBuilder().setNode(usage(number, 5_123_456_780L, 2 << 20));
            for (Pod pod : pods) {
                reply.addContainers(ContainerUsage.newBuilder()
                        .setNamespace(pod.namespace())
                        .setPod(pod.name())
                        .setContainer("c")
                        .setId(pod.name())
                        .setUsage(usage(number, 123_456_780L, 18_204)));
            }
            client.onNext(reply.build());
            client.onCompleted();
        }

        /** The number of times ten seconds. */
        private static Usage usage(long number, long cpuCoreNanosEach, long kibibytes) {
            return Usage.newBuilder()
                    .setTime((EPOCH_SECONDS + number * 10) * 1_000_000_000L)
                    .setCpuCoreNanos(number * cpuCoreNanosEach)
                    .setWorkingSetBytes(kibibytes << 10)
                    .build();
        }

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
        private boolean ended;

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
                        say(line);
                        end(3);
                    }
                }
                case STDIN_CLOSED -> end(0);
                case RESIZE ->
                    say(ByteString.copyFromUtf8(input.getResize().getWidth() + "x"
                            + input.getResize().getHeight()));
                case INPUT_NOT_SET -> {}
            }
        }

        private void say(ByteString output) {
            client.onNext(SessionOutput.newBuilder().setStdout(output).build());
        }

        private void end(int code) {
            if (!ended) {
                ended = true;
                client.onNext(SessionOutput.newBuilder()
                        .setExit(Exit.newBuilder().setCode(code))
                        .build());
                client.onCompleted();
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

    /** Takes no more than it can repeat. */
    private static final class Port implements StreamObserver<PortForwardInput> {
        private final ServerCallStreamObserver<PortForwardOutput> client;
        private final BlockingQueue<String> closed;
        private int port;
        private long received;
        private boolean waiting;

        Port(ServerCallStreamObserver<PortForwardOutput> client, BlockingQueue<String> closed) {
            this.client = client;
            this.closed = closed;
            client.disableAutoRequest();
            client.setOnReadyHandler(this::take);
            client.request(1);
        }

        @Override
        public void onNext(PortForwardInput input) {
            switch (input.getInputCase()) {
                case START -> {
                    port = input.getStart().getPort();
                    if (port == REFUSING) {
                        client.onNext(
                                PortForwardOutput.newBuilder().setError(REFUSAL).build());
                        client.onCompleted();
                        return;
                    }
                    client.onNext(
                            PortForwardOutput.newBuilder().setConnected(true).build());
                }
                case DATA -> {
                    received += input.getData().size();
                    if (input.getData().toStringUtf8().equals(QUIT)) {
                        client.onCompleted();
                        return;
                    }
                    client.onNext(PortForwardOutput.newBuilder()
                            .setData(input.getData())
                            .build());
                }
                case CLOSED -> {
                    closed.add(port + ": " + received);
                    client.onCompleted();
                    return;
                }
                case INPUT_NOT_SET -> {}
            }
            waiting = true;
            take();
        }

        private void take() {
            if (waiting && client.isReady()) {
                waiting = false;
                client.request(1);
            }
        }

        @Override
        public void onError(Throwable failure) {
            // The client has left.
        }

        @Override
        public void onCompleted() {
            // Its end has been told before.
        }
    }
}
