package io.flotilla.kubeproxy.userspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flotilla.kubeproxy.service.Backend;
import io.flotilla.kubeproxy.service.Listen;
import io.flotilla.kubeproxy.service.Protocol;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class UdpProxyTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    /** Sends every datagram back with a letter of its own before it. */
    private static final class Echo implements AutoCloseable {
        private final DatagramSocket socket;
        private final byte letter;

        Echo(char letter) {
            this.letter = (byte) letter;
            try {
                socket = new DatagramSocket(0, LOOPBACK);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            Thread.ofVirtual().start(this::run);
        }

        private void run() {
            byte[] buffer = new byte[65_535];
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(buffer, 1, buffer.length - 1);
                    socket.receive(packet);
                    buffer[0] = letter;
                    socket.send(new DatagramPacket(buffer, 0, packet.getLength() + 1, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // Closed.
            }
        }

        Backend backend() {
            return new Backend("127.0.0.1", socket.getLocalPort());
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private static final Duration IDLE = Duration.ofMillis(200);

    /** Stands still, so that sessions end only when they are to. */
    private final AtomicLong now = new AtomicLong(1);

    private final UserspaceProxy proxy = new UserspaceProxy(IDLE, new SplittableRandom(1), now::get, (_, _) -> {});
    private final Echo a = new Echo('a');
    private final Echo b = new Echo('b');
    private int exchanges;
    private Listen listen = new Listen(Protocol.UDP, "127.0.0.1", 1);

    @BeforeEach
    void chooseAnAddress() throws IOException {
        listen = Sockets.free(Protocol.UDP);
    }

    @AfterEach
    void close() {
        proxy.close();
        a.close();
        b.close();
    }

    /** Datagrams may get lost and are sent again; late answers to earlier ones are passed over. */
    private char exchange(DatagramSocket client, int size) throws IOException {
        byte[] content = new byte[size];
        Arrays.fill(content, (byte) 'x');
        content[0] = (byte) ++exchanges;
        client.setSoTimeout(500);
        for (int attempt = 0; attempt < 120; attempt++) {
            client.send(new DatagramPacket(content, size, InetAddress.ofLiteral(listen.ip()), listen.port()));
            try {
                return answer(client, content);
            } catch (SocketTimeoutException e) {
                // Once more.
            }
        }
        throw new SocketTimeoutException("no answer");
    }

    private char answer(DatagramSocket client, byte[] content) throws IOException {
        while (true) {
            byte[] buffer = new byte[65_535];
            DatagramPacket reply = new DatagramPacket(buffer, buffer.length);
            client.receive(reply);
            assertThat(reply.getAddress().getHostAddress()).isEqualTo(listen.ip());
            assertThat(reply.getPort()).isEqualTo(listen.port());
            if (buffer[1] == content[0]) {
                assertThat(Arrays.copyOfRange(buffer, 1, reply.getLength())).isEqualTo(content);
                return (char) buffer[0];
            }
        }
    }

    @Test
    void datagramsGoThereAndBackEvenLargeOnes() throws IOException {
        proxy.route(listen, Sockets.to(a.backend()));
        await().until(() -> proxy.listening(listen));
        try (DatagramSocket client = new DatagramSocket(0, LOOPBACK)) {
            assertThat(exchange(client, 5)).isEqualTo('a');
            assertThat(exchange(client, 60_000)).isEqualTo('a');
        }
    }

    @Test
    void aClientKeepsItsEndpointAndClientsAreSpread() throws IOException {
        proxy.route(listen, Sockets.to(a.backend(), b.backend()));
        await().until(() -> proxy.listening(listen));
        Set<Character> letters = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            try (DatagramSocket client = new DatagramSocket(0, LOOPBACK)) {
                char first = exchange(client, 3);
                letters.add(first);
                for (int j = 0; j < 10; j++) {
                    assertThat(exchange(client, 3)).isEqualTo(first);
                }
            }
        }
        assertThat(letters).containsExactlyInAnyOrder('a', 'b');
    }

    @Test
    void aClientMovesWhenItsEndpointIsGone() throws IOException {
        proxy.route(listen, Sockets.to(a.backend()));
        await().until(() -> proxy.listening(listen));
        try (DatagramSocket client = new DatagramSocket(0, LOOPBACK)) {
            assertThat(exchange(client, 3)).isEqualTo('a');
            proxy.route(listen, Sockets.to(b.backend()));
            await().untilAsserted(() -> assertThat(exchange(client, 3)).isEqualTo('b'));
        }
    }

    @Test
    void aSessionEndsWhenNothingHasComeForAWhile() throws IOException {
        proxy.route(listen, Sockets.to(a.backend(), b.backend()));
        await().until(() -> proxy.listening(listen));
        try (DatagramSocket client = new DatagramSocket(0, LOOPBACK)) {
            Set<Character> letters = new HashSet<>();
            // Turns are taken by sessions: a second letter shows a second session.
            await().pollInterval(Duration.ofMillis(300)).untilAsserted(() -> {
                letters.add(exchange(client, 3));
                now.addAndGet(IDLE.toNanos());
                assertThat(letters).hasSize(2);
            });
        }
    }
}
