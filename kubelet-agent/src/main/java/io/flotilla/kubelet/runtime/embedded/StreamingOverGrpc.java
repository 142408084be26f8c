package io.flotilla.kubelet.runtime.embedded;

import io.flotilla.proto.node.PortForwardOutput;
import io.flotilla.proto.node.SessionOutput;
import io.flotilla.proto.runtime.RuntimePortForwardInput;
import io.flotilla.proto.runtime.RuntimeSessionInput;
import io.flotilla.proto.runtime.StreamingGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** Exec, attach and port-forward as gRPC streams over {@link Sessions}. */
final class StreamingOverGrpc extends StreamingGrpc.StreamingImplBase {

    private final Sessions sessions;
    private final ExecutorService threads;

    StreamingOverGrpc(Sessions sessions, ExecutorService threads) {
        this.sessions = sessions;
        this.threads = threads;
    }

    @Override
    public StreamObserver<RuntimeSessionInput> exec(StreamObserver<SessionOutput> observer) {
        return new GrpcSession((ServerCallStreamObserver<SessionOutput>) observer, threads, (start, io) -> {
            if (start.getCommandCount() == 0) {
                throw new RuntimeFault(RuntimeFault.Kind.INVALID, "a command is required");
            }
            return sessions.exec(start.getContainerId(), List.copyOf(start.getCommandList()), start.getTty(), io);
        });
    }

    @Override
    public StreamObserver<RuntimeSessionInput> attach(StreamObserver<SessionOutput> observer) {
        return new GrpcSession(
                (ServerCallStreamObserver<SessionOutput>) observer,
                threads,
                (start, io) -> sessions.attach(start.getContainerId(), io));
    }

    @Override
    public StreamObserver<RuntimePortForwardInput> portForward(StreamObserver<PortForwardOutput> observer) {
        return new GrpcPortForward((ServerCallStreamObserver<PortForwardOutput>) observer, threads, sessions);
    }
}
