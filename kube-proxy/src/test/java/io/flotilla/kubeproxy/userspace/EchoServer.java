package io.flotilla.kubeproxy.userspace;

import io.flotilla.kubeproxy.service.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP backend that first says a letter of its own and then sends everything back; at the end of input it ends too. */
final class EchoServer implements AutoCloseable {
    private final ServerSocket server;
    private final char letter;
    private final AtomicInteger accepted = new AtomicInteger();

    EchoServer(char letter) {
        this.letter = letter;
        try {
            server = new ServerSocket(0, 500, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("echo-" + letter).start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                accepted.incrementAndGet();
                Thread.ofVirtual().start(() -> echo(connection));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void echo(Socket connection) {
        try (connection) {
            connection.getOutputStream().write(letter);
            connection.getInputStream().transferTo(connection.getOutputStream());
        } catch (IOException e) {
            // The client is gone.
        }
    }

    int accepted() {
        return accepted.get();
    }

    Backend backend() {
        return new Backend("127.0.0.1", server.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
