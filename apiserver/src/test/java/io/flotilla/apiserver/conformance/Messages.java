package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Collects what comes on a WebSocket: whole messages of text and of bytes (as characters), pongs, and the code with which
 * the server closed, each under its name.
 */
final class Messages implements WebSocket.Listener {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final StringBuilder part = new StringBuilder();

    /** What is told as these characters. */
    static ByteBuffer bytes(String text) {
        return StandardCharsets.ISO_8859_1.encode(text);
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        return collect(socket, "text ", data, last);
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        return collect(socket, "binary ", StandardCharsets.ISO_8859_1.decode(data), last);
    }

    private CompletionStage<?> collect(WebSocket socket, String kind, CharSequence data, boolean last) {
        part.append(data);
        if (last) {
            received.add(kind + part);
            part.setLength(0);
        }
        socket.request(1);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
        received.add("pong " + StandardCharsets.ISO_8859_1.decode(message));
        socket.request(1);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        received.add("closed " + code);
        return CompletableFuture.completedStage(null);
    }

    /** The next, which is of this kind. */
    String next(String kind) throws InterruptedException {
        String message = received.poll(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(message).as("next message").isNotNull().startsWith(kind + " ");
        return message.substring(kind.length() + 1);
    }

    /** All that are left, which are of this kind, before the server closed in peace. */
    List<String> untilClosed(String kind) throws InterruptedException {
        List<String> all = new ArrayList<>();
        while (true) {
            String message = received.poll(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS);
            if ("closed 1000".equals(message)) {
                return all;
            }
            assertThat(message).as("next message").isNotNull().startsWith(kind + " ");
            all.add(message.substring(kind.length() + 1));
        }
    }
}
