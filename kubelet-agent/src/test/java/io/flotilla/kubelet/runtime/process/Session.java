package io.flotilla.kubelet.runtime.process;

import com.google.protobuf.ByteString;
import io.flotilla.proto.node.Exit;
import io.flotilla.proto.node.SessionOutput;
import io.flotilla.proto.node.TerminalSize;
import io.flotilla.proto.runtime.RuntimeSessionInput;
import io.flotilla.proto.runtime.RuntimeSessionStart;
import io.flotilla.proto.runtime.StreamingGrpc;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A client's side of an exec or attach session. */
public final class Session implements StreamObserver<SessionOutput> {

    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private final StreamObserver<RuntimeSessionInput> input;
    // Guarded by this.
    private final ByteString.Output out = ByteString.newOutput();
    private final ByteString.Output err = ByteString.newOutput();

    private Session(Channel channel, boolean attach, RuntimeSessionStart.Builder start) {
        var stub = StreamingGrpc.newStub(channel);
        input = attach ? stub.attach(this) : stub.exec(this);
        input.onNext(RuntimeSessionInput.newBuilder()
                .setStart(start.setStdin(true).setStdout(true).setStderr(true))
                .build());
    }

    public static Session exec(Channel channel, String container, boolean tty, String... command) {
        return new Session(
                channel,
                false,
                RuntimeSessionStart.newBuilder()
                        .setContainerId(container)
                        .setTty(tty)
                        .addAllCommand(List.of(command)));
    }

    public static Session attach(Channel channel, String container) {
        return new Session(channel, true, RuntimeSessionStart.newBuilder().setContainerId(container));
    }

    public void send(String text) {
        send(ByteString.copyFromUtf8(text));
    }

    public void send(ByteString data) {
        input.onNext(RuntimeSessionInput.newBuilder().setStdin(data).build());
    }

    public void closeStdin() {
        input.onNext(RuntimeSessionInput.newBuilder().setStdinClosed(true).build());
    }

    public void resize(int columns, int rows) {
        input.onNext(RuntimeSessionInput.newBuilder()
                .setResize(TerminalSize.newBuilder().setWidth(columns).setHeight(rows))
                .build());
    }

    public void cancel() {
        input.onError(new IllegalStateException("the client goes away"));
    }

    public int exitCode() throws Exception {
        return exit.get(2, TimeUnit.MINUTES).getCode();
    }

    public synchronized String stdout() {
        return out.toByteString().toStringUtf8();
    }

    public synchronized ByteString stdoutBytes() {
        return out.toByteString();
    }

    public synchronized String stderr() {
        return err.toByteString().toStringUtf8();
    }

    @Override
    public void onNext(SessionOutput message) {
        synchronized (this) {
            try {
                message.getStdout().writeTo(out);
                message.getStderr().writeTo(err);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        if (message.hasExit()) {
            exit.complete(message.getExit());
        }
    }

    @Override
    public void onError(Throwable failure) {
        exit.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
        exit.completeExceptionally(new IllegalStateException("ended without an exit"));
    }
}
