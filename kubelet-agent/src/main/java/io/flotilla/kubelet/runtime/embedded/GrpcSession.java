package io.flotilla.kubelet.runtime.embedded;

import com.google.protobuf.ByteString;
import io.flotilla.proto.node.Exit;
import io.flotilla.proto.node.SessionOutput;
import io.flotilla.proto.runtime.RuntimeSessionInput;
import io.flotilla.proto.runtime.RuntimeSessionStart;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * An exec or attach stream. Input is taken from the transport one message at a time, as the session reads it, so that a
 * client that sends faster than the command reads is slowed down and nothing piles up here.
 */
final class GrpcSession implements StreamObserver<RuntimeSessionInput>, SessionIo {

    /** The session itself; its result is the exit code. */
    interface Body {
        int run(RuntimeSessionStart start, SessionIo io) throws InterruptedException;
    }

    private static final int CHUNK = 64 << 10;

    private final ServerCallStreamObserver<SessionOutput> observer;
    private final PacedOutput<SessionOutput> output;
    private final ExecutorService threads;
    private final Body body;
    // Guarded by queue.
    private final Queue<Input> queue = new ArrayDeque<>();
    private @Nullable RuntimeSessionStart start;
    private boolean cut;

    GrpcSession(ServerCallStreamObserver<SessionOutput> observer, ExecutorService threads, Body body) {
        this.observer = observer;
        this.output = new PacedOutput<>(observer);
        this.threads = threads;
        this.body = body;
        observer.disableAutoRequest();
        observer.request(1);
        output.onCut(this::cut);
    }

    @Override
    public void onNext(RuntimeSessionInput message) {
        switch (message.getInputCase()) {
            case START -> begin(message.getStart());
            case STDIN -> put(new Input.Stdin(message.getStdin()));
            case STDIN_CLOSED -> put(new Input.StdinClosed());
            case RESIZE ->
                put(new Input.Resize(
                        message.getResize().getWidth(), message.getResize().getHeight()));
            case INPUT_NOT_SET -> observer.request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        cut();
    }

    @Override
    public void onCompleted() {
        put(new Input.StdinClosed());
    }

    private void begin(RuntimeSessionStart first) {
        if (start != null) {
            output.fail(new RuntimeFault(RuntimeFault.Kind.INVALID, "a session starts once"));
            return;
        }
        start = first;
        observer.request(1);
        threads.execute(() -> run(first));
    }

    private void run(RuntimeSessionStart first) {
        Thread.currentThread().setName("runtime-session-" + first.getContainerId());
        try {
            int code = body.run(first, this);
            output.end(SessionOutput.newBuilder()
                    .setExit(Exit.newBuilder().setCode(code))
                    .build());
        } catch (RuntimeException e) {
            output.fail(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            output.fail(new RuntimeFault(RuntimeFault.Kind.REFUSED, "the runtime is closing", e));
        }
    }

    @Override
    public Input next() throws InterruptedException {
        Input input;
        synchronized (queue) {
            while (queue.isEmpty() && !cut) {
                queue.wait();
            }
            if (cut) {
                return new Input.Cut();
            }
            input = queue.remove();
        }
        observer.request(1);
        return input;
    }

    @Override
    public boolean wantsStdin() {
        return start != null && start.getStdin();
    }

    @Override
    public void stdout(ByteString data) throws InterruptedException {
        if (start != null && start.getStdout()) {
            for (int at = 0; at < data.size(); at += CHUNK) {
                output.send(SessionOutput.newBuilder()
                        .setStdout(data.substring(at, Math.min(at + CHUNK, data.size())))
                        .build());
            }
        }
    }

    @Override
    public void stderr(ByteString data) throws InterruptedException {
        if (start != null && start.getStderr()) {
            for (int at = 0; at < data.size(); at += CHUNK) {
                output.send(SessionOutput.newBuilder()
                        .setStderr(data.substring(at, Math.min(at + CHUNK, data.size())))
                        .build());
            }
        }
    }

    @Override
    public void onCut(Runnable action) {
        output.onCut(action);
    }

    private void put(Input input) {
        synchronized (queue) {
            queue.add(input);
            queue.notifyAll();
        }
    }

    private void cut() {
        synchronized (queue) {
            cut = true;
            queue.notifyAll();
        }
    }
}
