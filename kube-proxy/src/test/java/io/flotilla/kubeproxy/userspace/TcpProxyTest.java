package io.flotilla.kubeproxy.userspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.flotilla.kubeproxy.service.Backend;
import io.flotilla.kubeproxy.service.Listen;
import io.flotilla.kubeproxy.service.Protocol;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class TcpProxyTest {
    private final AtomicLong now = new AtomicLong(1);
    private final Set<Listen> failures = ConcurrentHashMap.newKeySet();
    private final UserspaceProxy proxy = proxy();
    private final EchoServer a = new EchoServer('a');
    private final EchoServer b = new EchoServer('b');
    private final List<Socket> reserved = new ArrayList<>();
    private Listen listen = new Listen(Protocol.TCP, "127.0.0.1", 1);

    private UserspaceProxy proxy() {
        return new UserspaceProxy(
                Duration.ofSeconds(30), new SplittableRandom(1), now::get, (address, _) -> failures.add(address));
    }

    @BeforeEach
    void chooseAnAddress() throws IOException {
        listen = Sockets.free(Protocol.TCP);
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        a.close();
        b.close();
        for (Socket socket : reserved) {
            socket.close();
        }
    }

    private void awaitListening() {
        await().until(() -> proxy.listening(listen));
    }

    /** Returns a backend whose port is taken, so that nobody else listens there, but not listened on. */
    private Backend dead() throws IOException {
        Socket socket = new Socket();
        reserved.add(socket);
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        return new Backend("127.0.0.1", socket.getLocalPort());
    }

    @Test
    void spreadsConnectionsEvenly() throws IOException {
        proxy.route(listen, Sockets.to(a.backend(), b.backend()));
        awaitListening();
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            letters.append(Sockets.exchange(listen));
        }
        assertThat(letters.chars().filter(c -> c == 'a').count()).isEqualTo(10);
    }

    @Test
    void aThousandConnectionsSurviveChangesOfOtherEndpoints() throws Exception {
        proxy.route(listen, Sockets.to(a.backend(), b.backend()));
        awaitListening();
        List<Socket> longLived = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Socket socket = Sockets.connect(listen);
            Sockets.letter(socket);
            longLived.add(socket);
        }
        Semaphore parallel = new Semaphore(50);
        List<Future<Character>> exchanges = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1000; i++) {
                boolean both = i % 2 == 0;
                exchanges.add(clients.submit(() -> {
                    parallel.acquire();
                    try {
                        proxy.route(listen, both ? Sockets.to(a.backend(), b.backend()) : Sockets.to(a.backend()));
                        return Sockets.exchange(listen);
                    } finally {
                        parallel.release();
                    }
                }));
            }
        }
        for (Future<Character> exchange : exchanges) {
            assertThat(exchange.get()).isIn('a', 'b');
        }
        for (Socket socket : longLived) {
            Sockets.echo(socket, 'y');
            socket.close();
        }
    }

    @Test
    void aConnectionGoesToTheNextEndpointWhereOneDoesNotAnswer() throws IOException {
        proxy.route(listen, Sockets.to(dead(), a.backend(), dead()));
        awaitListening();
        for (int i = 0; i < 12; i++) {
            assertThat(Sockets.exchange(listen)).isEqualTo('a');
        }
    }

    @Test
    void withoutEndpointsConnectionsAreRefused() throws IOException {
        proxy.route(listen, Sockets.to(a.backend()));
        awaitListening();
        proxy.route(listen, Sockets.to());
        await().untilAsserted(() ->
                assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> Sockets.connect(listen)));
        proxy.route(listen, Sockets.to(b.backend()));
        awaitListening();
        assertThat(Sockets.exchange(listen)).isEqualTo('b');
    }

    @Test
    void aConnectionIsResetWhereNoEndpointAnswers() throws IOException {
        proxy.route(listen, Sockets.to(dead()));
        awaitListening();
        assertThatIOException().isThrownBy(() -> Sockets.exchange(listen));
    }

    @Test
    void eitherSideMayEndItsDirectionAndStillHear() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> {
                try (Socket connection = server.accept()) {
                    connection.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
                    connection.shutdownOutput();
                    heard.complete(new String(connection.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    heard.completeExceptionally(e);
                }
            });
            proxy.route(listen, Sockets.to(new Backend("127.0.0.1", server.getLocalPort())));
            await().until(() -> proxy.listening(listen));
            try (Socket client = Sockets.connect(listen)) {
                assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .isEqualTo("hello");
                client.getOutputStream().write("and good bye".getBytes(StandardCharsets.US_ASCII));
                client.shutdownOutput();
                assertThat(heard.get(60, TimeUnit.SECONDS)).isEqualTo("and good bye");
            }
        }
    }

    @Test
    void theClientMayEndFirst() throws Exception {
        proxy.route(listen, Sockets.to(a.backend()));
        awaitListening();
        try (Socket client = Sockets.connect(listen)) {
            client.getOutputStream().write("all of it".getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("aall of it");
        }
    }

    @Test
    void aLargeTransferArrivesWhole() throws Exception {
        proxy.route(listen, Sockets.to(a.backend()));
        awaitListening();
        int chunks = 512;
        byte[] chunk = new byte[64 * 1024];
        try (Socket client = Sockets.connect(listen)) {
            Sockets.letter(client);
            CRC32 sent = new CRC32();
            Thread writer = Thread.ofVirtual().start(() -> {
                SplittableRandom random = new SplittableRandom(3);
                try {
                    for (int i = 0; i < chunks; i++) {
                        random.nextBytes(chunk);
                        sent.update(chunk);
                        client.getOutputStream().write(chunk);
                    }
                    client.shutdownOutput();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            CRC32 received = new CRC32();
            byte[] buffer = new byte[64 * 1024];
            long total = 0;
            for (int n = client.getInputStream().read(buffer);
                    n >= 0;
                    n = client.getInputStream().read(buffer)) {
                received.update(buffer, 0, n);
                total += n;
            }
            writer.join();
            assertThat(total).isEqualTo((long) chunks * chunk.length);
            assertThat(received.getValue()).isEqualTo(sent.getValue());
        }
    }

    @Test
    void readsNoFasterThanTheEndpointTakes() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            proxy.route(listen, Sockets.to(new Backend("127.0.0.1", server.getLocalPort())));
            await().until(() -> proxy.listening(listen));
            try (SocketChannel client = SocketChannel.open(Transport.address(listen));
                    Socket deaf = server.accept()) {
                client.configureBlocking(false);
                ByteBuffer chunk = ByteBuffer.allocate(64 * 1024);
                AtomicLong taken = new AtomicLong();
                long tooMuch = 32L * 1024 * 1024;
                await().during(Duration.ofMillis(300)).until(() -> {
                    long before = taken.get();
                    int n = client.write(chunk.clear());
                    while (n > 0 && taken.addAndGet(n) < tooMuch) {
                        n = client.write(chunk.clear());
                    }
                    return taken.get() == before || taken.get() >= tooMuch;
                });
                assertThat(taken.get()).isLessThan(tooMuch);
                assertThat(deaf.isConnected()).isTrue();
            }
        }
    }

    @Test
    void aClientWithAffinityStaysWithItsEndpointUntilTheTimeIsUpOrTheEndpointGone() throws IOException {
        Duration hour = Duration.ofHours(1);
        proxy.route(listen, Sockets.sticky(hour, a.backend()));
        awaitListening();
        assertThat(Sockets.exchange(listen)).isEqualTo('a');

        proxy.route(listen, Sockets.sticky(hour, a.backend(), b.backend()));
        for (int i = 0; i < 10; i++) {
            assertThat(Sockets.exchange(listen)).isEqualTo('a');
        }
        proxy.route(listen, Sockets.sticky(hour, b.backend()));
        assertThat(Sockets.exchange(listen)).isEqualTo('b');
        proxy.route(listen, Sockets.sticky(hour, a.backend(), b.backend()));
        assertThat(Sockets.exchange(listen)).isEqualTo('b');
    }

    @Test
    void clientsWithAffinityAreSpreadAndProxiesAgreeOnThem() throws IOException {
        Duration hour = Duration.ofHours(1);
        Balancer one = new Balancer(Sockets.sticky(hour, a.backend(), b.backend()), 0, now::get);
        Balancer other = new Balancer(Sockets.sticky(hour, a.backend(), b.backend()), 17, now::get);
        Set<Backend> chosen = new HashSet<>();
        for (int i = 1; i < 50; i++) {
            InetAddress client = InetAddress.ofLiteral("10.0.0." + i);
            chosen.add(one.order(client).getFirst());
            assertThat(other.order(client).getFirst())
                    .isEqualTo(one.order(client).getFirst());
        }
        assertThat(chosen).containsExactlyInAnyOrder(a.backend(), b.backend());
    }

    @Test
    void affinityEndsWhenItsTimeIsUp() throws IOException {
        InetAddress client = InetAddress.ofLiteral("10.0.0.1");
        Balancer balancer = new Balancer(Sockets.sticky(Duration.ofMinutes(1), a.backend(), b.backend()), 0, now::get);
        Backend hashed = balancer.order(client).getFirst();
        Backend other = hashed.equals(a.backend()) ? b.backend() : a.backend();
        balancer.used(client, other);
        now.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(balancer.order(client).getFirst()).isEqualTo(other);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(balancer.order(client).getFirst()).isEqualTo(hashed);
    }

    @Test
    void proxiesShareAnAddressAndOneGoesOnWhereAnotherDies() throws IOException {
        UserspaceProxy second = proxy();
        try (second) {
            proxy.route(listen, Sockets.to(a.backend()));
            second.route(listen, Sockets.to(b.backend()));
            await().until(() -> proxy.listening(listen) && second.listening(listen));
            Set<Character> letters = new HashSet<>();
            await().until(() -> {
                letters.add(Sockets.exchange(listen));
                return letters.size() == 2;
            });
        }
        for (int i = 0; i < 30; i++) {
            assertThat(Sockets.exchange(listen)).isEqualTo('a');
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void anAddressThatIsTakenIsToldAndTriedAgain() throws IOException {
        try (ServerSocket taken = new ServerSocket(listen.port(), 1, InetAddress.ofLiteral(listen.ip()))) {
            proxy.route(listen, Sockets.to(a.backend()));
            await().until(() -> failures.contains(listen));
            assertThat(proxy.unbound()).isEqualTo(1);
            assertThat(taken.isBound()).isTrue();
        }
        awaitListening();
        assertThat(Sockets.exchange(listen)).isEqualTo('a');
        assertThat(proxy.unbound()).isZero();
    }
}
