package io.flotilla.kubelet.serving;

import com.google.protobuf.ByteString;
import io.flotilla.kubelet.cri.CriException;
import io.flotilla.kubelet.runtime.ContainerRuntime;
import io.flotilla.kubelet.stats.NodeSummary;
import io.flotilla.kubelet.stats.UsageCounters;
import io.flotilla.proto.node.ContainerRef;
import io.flotilla.proto.node.LogsChunk;
import io.flotilla.proto.node.LogsRequest;
import io.flotilla.proto.node.NodeGrpc;
import io.flotilla.proto.node.PortForwardInput;
import io.flotilla.proto.node.PortForwardOutput;
import io.flotilla.proto.node.PortForwardStart;
import io.flotilla.proto.node.SessionInput;
import io.flotilla.proto.node.SessionOutput;
import io.flotilla.proto.node.SessionStart;
import io.flotilla.proto.node.StatsReply;
import io.flotilla.proto.node.StatsRequest;
import io.flotilla.proto.node.UsageReply;
import io.flotilla.proto.node.UsageRequest;
import io.flotilla.proto.runtime.RuntimePortForwardInput;
import io.flotilla.proto.runtime.RuntimePortForwardStart;
import io.flotilla.proto.runtime.RuntimeSessionInput;
import io.flotilla.proto.runtime.RuntimeSessionStart;
import io.flotilla.proto.runtime.StreamingGrpc;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** The node API. Errors: NOT_FOUND where pod or container is not, INVALID_ARGUMENT where a request cannot be met. */
final class NodeService extends NodeGrpc.NodeImplBase {
    private final PodLookup lookup;
    private final ContainerRuntime runtime;
    private final StreamingGrpc.StreamingStub streaming;
    private final LogsCalls logs;
    private final NodeSummary summary;
    private final UsageCounters counters;

    NodeService(
            PodLookup lookup, ContainerRuntime runtime, LogsCalls logs, NodeSummary summary, UsageCounters counters) {
        this.lookup = lookup;
        this.runtime = runtime;
        this.streaming = StreamingGrpc.newStub(runtime.channel());
        this.logs = logs;
        this.summary = summary;
        this.counters = counters;
    }

    @Override
    public StreamObserver<SessionInput> exec(StreamObserver<SessionOutput> responses) {
        return Bridge.open(responses, this::start, NodeService::input, streaming::exec);
    }

    @Override
    public StreamObserver<SessionInput> attach(StreamObserver<SessionOutput> responses) {
        return Bridge.open(responses, this::start, NodeService::input, streaming::attach);
    }

    @Override
    public StreamObserver<PortForwardInput> portForward(StreamObserver<PortForwardOutput> responses) {
        return Bridge.open(responses, this::forward, NodeService::forwarded, streaming::portForward);
    }

    private RuntimeSessionInput start(SessionInput input) {
        requireStreams();
        SessionStart start = input.getStart();
        ContainerRef reference = start.getContainer();
        return RuntimeSessionInput.newBuilder()
                .setStart(RuntimeSessionStart.newBuilder()
                        .setContainerId(running(reference))
                        .addAllCommand(start.getCommandList())
                        .setStdin(start.getStdin())
                        .setStdout(start.getStdout())
                        .setStderr(start.getStderr())
                        .setTty(start.getTty()))
                .build();
    }

    private String running(ContainerRef reference) {
        try {
            return lookup.running(reference).id();
        } catch (CriException e) {
            throw Status.UNAVAILABLE.withDescription(e.getMessage()).asRuntimeException();
        }
    }

    private static RuntimeSessionInput input(SessionInput input) {
        RuntimeSessionInput.Builder inside = RuntimeSessionInput.newBuilder();
        switch (input.getInputCase()) {
            case STDIN -> inside.setStdin(input.getStdin());
            case STDIN_CLOSED -> inside.setStdinClosed(input.getStdinClosed());
            case RESIZE -> inside.setResize(input.getResize());
            case START, INPUT_NOT_SET -> {}
        }
        return inside.build();
    }

    private RuntimePortForwardInput forward(PortForwardInput input) {
        requireStreams();
        PortForwardStart start = input.getStart();
        try {
            return RuntimePortForwardInput.newBuilder()
                    .setStart(RuntimePortForwardStart.newBuilder()
                            .setPodSandboxId(lookup.sandbox(start.getNamespace(), start.getPod(), start.getUid())
                                    .id())
                            .setPort(start.getPort()))
                    .build();
        } catch (CriException e) {
            throw Status.UNAVAILABLE.withDescription(e.getMessage()).asRuntimeException();
        }
    }

    private static RuntimePortForwardInput forwarded(PortForwardInput input) {
        RuntimePortForwardInput.Builder inside = RuntimePortForwardInput.newBuilder();
        switch (input.getInputCase()) {
            case DATA -> inside.setData(input.getData());
            case CLOSED -> inside.setClosed(input.getClosed());
            case START, INPUT_NOT_SET -> {}
        }
        return inside.build();
    }

    private void requireStreams() {
        if (!runtime.streams()) {
            throw Status.UNIMPLEMENTED
                    .withDescription("the container runtime offers sessions by URL only")
                    .asRuntimeException();
        }
    }

    @Override
    public void logs(LogsRequest request, StreamObserver<LogsChunk> responses) {
        logs.open(request, (ServerCallStreamObserver<LogsChunk>) responses);
    }

    @Override
    public void stats(StatsRequest request, StreamObserver<StatsReply> responses) {
        measure(
                responses,
                () -> StatsReply.newBuilder()
                        .setSummary(ByteString.copyFrom(summary.now()))
                        .build());
    }

    @Override
    public void usage(UsageRequest request, StreamObserver<UsageReply> responses) {
        measure(responses, counters::now);
    }

    private static <T> void measure(StreamObserver<T> responses, Supplier<T> measuring) {
        Thread.ofVirtual().name("stats").start(() -> {
            try {
                responses.onNext(measuring.get());
                responses.onCompleted();
            } catch (RuntimeException e) {
                responses.onError(Status.UNAVAILABLE
                        .withDescription(String.valueOf(e.getMessage()))
                        .withCause(e)
                        .asRuntimeException());
            }
        });
    }
}
