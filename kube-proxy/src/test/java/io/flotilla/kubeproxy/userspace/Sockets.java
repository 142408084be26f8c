package io.flotilla.kubeproxy.userspace;

import io.flotilla.kubeproxy.service.Backend;
import io.flotilla.kubeproxy.service.Listen;
import io.flotilla.kubeproxy.service.Protocol;
import io.flotilla.kubeproxy.service.Route;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.stream.Stream;

/** Addresses, routes and client connections for tests. */
final class Sockets {
    private static final int PATIENCE_MILLIS = 60_000;

    private Sockets() {}

    /** Returns an address of a service that nothing listens on. */
    static Listen free(Protocol protocol) throws IOException {
        InetAddress ip = InetAddress.ofLiteral("127.96.0.10");
        if (protocol == Protocol.TCP) {
            try (ServerSocket socket = new ServerSocket(0, 1, ip)) {
                return new Listen(protocol, ip.getHostAddress(), socket.getLocalPort());
            }
        }
        try (DatagramSocket socket = new DatagramSocket(0, ip)) {
            return new Listen(protocol, ip.getHostAddress(), socket.getLocalPort());
        }
    }

    static Route to(Backend... backends) {
        return sticky(Duration.ZERO, backends);
    }

    static Route sticky(Duration affinity, Backend... backends) {
        return new Route("default/test", Stream.of(backends).sorted().toList(), affinity);
    }

    static Socket connect(Listen listen) throws IOException {
        return connect(listen, "127.0.0.1");
    }

    static Socket connect(Listen listen, String from) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(Transport.address(listen), PATIENCE_MILLIS);
        return socket;
    }

    /** Connects, sends a line and returns the letter of the backend that sent it back. */
    static char exchange(Listen listen) throws IOException {
        return exchange(listen, "127.0.0.1");
    }

    static char exchange(Listen listen, String from) throws IOException {
        try (Socket socket = connect(listen, from)) {
            char letter = letter(socket);
            echo(socket, 'x');
            return letter;
        }
    }

    static char letter(Socket socket) throws IOException {
        int letter = socket.getInputStream().read();
        if (letter < 0) {
            throw new IOException("ended before the backend said anything");
        }
        return (char) letter;
    }

    static void echo(Socket socket, int character) throws IOException {
        socket.getOutputStream().write(character);
        if (socket.getInputStream().read() != character) {
            throw new IOException("the backend did not send back what it got");
        }
    }
}
