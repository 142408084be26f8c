package io.flotilla.apiserver.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** An extension server whose connections become an echo of what is sent, when a client asks to upgrade them. */
final class EchoServer implements AutoCloseable {
    private final SSLServerSocket listener;
    private final BlockingQueue<String> upgrades = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> ends = new LinkedBlockingQueue<>();

    EchoServer(SSLContext tls) throws IOException {
        listener = (SSLServerSocket)
                tls.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("echo").start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Head of the next request that wanted an upgrade. */
    String upgrade() throws InterruptedException {
        String head = upgrades.poll(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS);
        return head == null ? "" : head;
    }

    /** Whether an upgraded connection has ended since. */
    boolean ends() throws InterruptedException {
        return ends.poll(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS) != null;
    }

    private void accept() {
        try {
            while (true) {
                SSLSocket socket = (SSLSocket) listener.accept();
                Thread.ofVirtual().name("echo-connection").start(() -> serve(socket));
            }
        } catch (IOException _) {
            // Closed: the test is over.
        }
    }

    private void serve(SSLSocket accepted) {
        try (SSLSocket socket = accepted) {
            String head = head(socket);
            if (!head.contains("\r\nUpgrade: ")) {
                String body = "{\"kind\":\"APIResourceList\",\"resources\":[]}";
                write(
                        socket,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                                + "\r\n\r\n" + body);
                return;
            }
            upgrades.add(head);
            write(socket, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
            socket.getInputStream().transferTo(socket.getOutputStream());
            ends.add(true);
        } catch (IOException _) {
            ends.add(true);
        }
    }

    /** Reads a head, up to and with the empty line. */
    static String head(SSLSocket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("the connection ended after: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    static void write(SSLSocket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
