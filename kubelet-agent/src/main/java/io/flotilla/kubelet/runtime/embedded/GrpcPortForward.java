package io.flotilla.kubelet.runtime.embedded;

import com.google.protobuf.ByteString;
import io.flotilla.proto.node.PortForwardOutput;
import io.flotilla.proto.runtime.RuntimePortForwardInput;
import io.flotilla.proto.runtime.RuntimePortForwardStart;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * One forwarded connection. Each direction ends by itself: a client that has sent everything still reads the answer.
 * A server that listens on the machine's loopback only, not on the pod's address, is found as well.
 */
final class GrpcPortForward implements StreamObserver<RuntimePortForwardInput> {

    private static final int CHUNK = 64 << 10;
    private static final int CONNECT_MILLIS = 5_000;

    private final ServerCallStreamObserver<PortForwardOutput> observer;
    private final PacedOutput<PortForwardOutput> output;
    private final ExecutorService threads;
    private final Sessions sessions;
    // Guarded by queue; an empty string stands for the end.
    private final Queue<ByteString> queue = new ArrayDeque<>();
    private boolean cut;

    GrpcPortForward(ServerCallStreamObserver<PortForwardOutput> observer, ExecutorService threads, Sessions sessions) {
        this.observer = observer;
        this.output = new PacedOutput<>(observer);
        this.threads = threads;
        this.sessions = sessions;
        observer.disableAutoRequest();
        observer.request(1);
        output.onCut(this::cut);
    }

    @Override
    public void onNext(RuntimePortForwardInput message) {
        switch (message.getInputCase()) {
            case START -> {
                observer.request(1);
                threads.execute(() -> run(message.getStart()));
            }
            case DATA -> {
                if (message.getData().isEmpty()) {
                    observer.request(1);
                } else {
                    put(message.getData());
                }
            }
            case CLOSED -> put(ByteString.EMPTY);
            case INPUT_NOT_SET -> observer.request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        cut();
    }

    @Override
    public void onCompleted() {
        put(ByteString.EMPTY);
    }

    private void run(RuntimePortForwardStart start) {
        Thread.currentThread().setName("runtime-port-forward-" + start.getPort());
        List<String> addresses = new ArrayList<>();
        try {
            Optional<String> pod = sessions.podAddress(start.getPodSandboxId());
            pod.ifPresent(addresses::add);
        } catch (RuntimeFault e) {
            output.fail(e);
            return;
        }
        addresses.add("127.0.0.1");
        try (Socket socket = connect(addresses, start.getPort())) {
            output.onCut(() -> closeQuietly(socket));
            output.send(PortForwardOutput.newBuilder().setConnected(true).build());
            threads.execute(() -> upload(socket));
            download(socket);
            output.end(PortForwardOutput.newBuilder().setClosed(true).build());
        } catch (IOException e) {
            output.end(PortForwardOutput.newBuilder()
                    .setError("failed to connect to port " + start.getPort() + " of the pod at "
                            + String.join(" or ", addresses) + ": " + e.getMessage())
                    .build());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            cut();
        }
    }

    private static Socket connect(List<String> addresses, int port) throws IOException {
        @Nullable IOException failure = null;
        for (String address : addresses) {
            Socket socket = new Socket();
            try {
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
                return socket;
            } catch (IOException e) {
                closeQuietly(socket);
                failure = failure == null ? e : failure;
            }
        }
        throw failure == null ? new IOException("no address") : failure;
    }

    private void download(Socket socket) throws InterruptedException {
        byte[] buffer = new byte[CHUNK];
        try {
            var in = socket.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                output.send(PortForwardOutput.newBuilder()
                        .setData(ByteString.copyFrom(buffer, 0, n))
                        .build());
            }
        } catch (IOException e) {
            // Reset by the server, or closed because the client went: the stream's end tells it.
        }
    }

    private void upload(Socket socket) {
        try {
            var out = socket.getOutputStream();
            for (ByteString data = take(); !data.isEmpty(); data = take()) {
                data.writeTo(out);
                observer.request(1);
            }
            socket.shutdownOutput();
        } catch (IOException e) {
            // The server reads no more; its answer, if any, still flows.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ByteString take() throws InterruptedException {
        synchronized (queue) {
            while (queue.isEmpty() && !cut) {
                queue.wait();
            }
            return queue.isEmpty() ? ByteString.EMPTY : queue.remove();
        }
    }

    private void put(ByteString data) {
        synchronized (queue) {
            queue.add(data);
            queue.notifyAll();
        }
    }

    private void cut() {
        synchronized (queue) {
            cut = true;
            queue.notifyAll();
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing is left to lose.
        }
    }
}
