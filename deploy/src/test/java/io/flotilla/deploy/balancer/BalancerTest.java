package io.flotilla.deploy.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.flotilla.deploy.pki.ClusterTrust;
import io.flotilla.deploy.pki.Trust;
import io.flotilla.deploy.plan.Claims;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Planner;
import io.flotilla.deploy.plan.Request;
import io.flotilla.machinery.tls.PemFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BalancerTest {
    private static final Pattern SAID = Pattern.compile("API server \\S+:(?<port>\\d+) is (?<not>not )?ready");

    @TempDir
    private static Path directory = Path.of("");

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    /** By which the balancer tells for how long a server has not been ready; it stands still until it is moved. */
    private final AtomicLong nanoTime = new AtomicLong();

    private final ClusterTrust trust = new ClusterTrust(directory.resolve("lab/pki"));
    private SSLContext client = noContext();

    private static SSLContext noContext() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void setUp() throws Exception {
        var files = new LabFiles(directory.resolve("lab"));
        trust.prepare(new Planner(files, new Claims(directory.resolve("blocks"))).plan(Request.NOTHING), files);
        client = Trust.anonymous(trust.authority());
    }

    @AfterEach
    void tearDown() throws Exception {
        for (var closeable : open.reversed()) {
            closeable.close();
        }
    }

    @Test
    void connections_are_spread_over_the_servers_that_are_ready() throws Exception {
        var servers = List.of(new ApiServer("one"), new ApiServer("two"));
        var address = balance(servers);
        awaitReady(servers);

        var answers = new HashSet<String>();
        for (int i = 0; i < 4; i++) {
            answers.add(get(connect(address)));
        }

        assertThat(answers).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void a_server_that_is_not_ready_gets_no_clients_and_loses_those_it_has_if_it_stays_so() throws Exception {
        var failing = new ApiServer("failing");
        var healthy = new ApiServer("healthy");
        var address = balance(List.of(failing, healthy));
        awaitReady(List.of(failing, healthy));
        var connections = List.of(connect(address), connect(address));
        var cut = get(connections.get(0)).equals("failing") ? connections.get(0) : connections.get(1);

        failing.ready = false;

        awaitReady(List.of(healthy));
        assertThat(get(connect(address))).isEqualTo("healthy");
        assertThat(get(cut)).isEqualTo("failing");
        nanoTime.addAndGet(Duration.ofSeconds(4).toNanos());
        assertThat(cut.getInputStream().read()).isNegative();
        assertThat(get(connect(address))).isEqualTo("healthy");
        assertThat(get(connect(address))).isEqualTo("healthy");
    }

    @Test
    void a_server_that_comes_back_is_used_again() throws Exception {
        var server = new ApiServer("only");
        server.ready = false;
        var address = balance(List.of(server));

        server.ready = true;
        awaitReady(List.of(server));

        assertThat(get(connect(address))).isEqualTo("only");
    }

    @Test
    void a_client_of_a_server_that_is_yet_to_be_ready_is_not_cut_off_when_another_is_ready_first() throws Exception {
        var slow = new ApiServer("slow");
        slow.ready = false;
        var fast = new ApiServer("fast");
        fast.ready = false;
        var address = balance(List.of(slow, fast));
        var connections = List.of(connect(address), connect(address));
        var early = get(connections.get(0)).equals("slow") ? connections.get(0) : connections.get(1);

        fast.ready = true;
        awaitReady(List.of(fast));
        nanoTime.addAndGet(Duration.ofMinutes(1).toNanos());
        var asked = slow.checks.get();
        await().until(() -> slow.checks.get() > asked + 1);

        assertThat(get(early)).isEqualTo("slow");
    }

    @Test
    void a_client_waits_for_the_first_server_to_come_up() throws Exception {
        // Bound and not listening: nobody else gets the port, and whoever connects is refused.
        var reserved = new Socket();
        open.add(reserved);
        reserved.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        var port = reserved.getLocalPort();
        var address = balance(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)), 0);
        try (ExecutorService background = Executors.newVirtualThreadPerTaskExecutor()) {
            var answer = background.submit(() -> get(connect(address)));
            reserved.close();
            new ApiServer("late", port);

            assertThat(answer.get()).isEqualTo("late");
        }
    }

    @Test
    void a_server_that_shows_a_foreign_certificate_is_not_ready() throws Exception {
        var foreign = new ApiServer("foreign", 0, trust.etcdCertificate("etcd-1"), trust.etcdKey("etcd-1"));
        var genuine = new ApiServer("genuine");
        var address = balance(List.of(foreign, genuine));
        awaitReady(List.of(genuine));

        for (int i = 0; i < 3; i++) {
            assertThat(get(connect(address))).isEqualTo("genuine");
        }
    }

    /** Waits until the balancer has these for ready and no others, as what it said last of each tells. */
    private void awaitReady(List<ApiServer> servers) {
        var expected = servers.stream()
                .map(server -> Integer.toString(server.address().getPort()))
                .toList();
        await().untilAsserted(() -> assertThat(saidToBeReady()).containsExactlyInAnyOrderElementsOf(expected));
    }

    private Set<String> saidToBeReady() {
        var ready = new HashSet<String>();
        for (var line : log.toString(StandardCharsets.UTF_8).split("\n")) {
            var said = SAID.matcher(line);
            if (said.matches()) {
                if (said.group("not") == null) {
                    ready.add(said.group("port"));
                } else {
                    ready.remove(said.group("port"));
                }
            }
        }
        return ready;
    }

    private InetSocketAddress balance(List<ApiServer> servers) throws Exception {
        return balance(servers.stream().map(ApiServer::address).toList(), 0);
    }

    private InetSocketAddress balance(List<InetSocketAddress> servers, int port) throws Exception {
        var balancer = new Balancer(servers, client, new PrintStream(log, true, StandardCharsets.UTF_8), nanoTime::get);
        open.add(balancer);
        return balancer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private SSLSocket connect(InetSocketAddress address) throws IOException {
        var socket = (SSLSocket) client.getSocketFactory().createSocket(address.getAddress(), address.getPort());
        socket.setSoTimeout(120_000);
        open.add(socket);
        return socket;
    }

    private static String get(SSLSocket socket) throws IOException {
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        var text = new StringBuilder();
        var buffer = new byte[1024];
        while (text.indexOf("\r\n\r\n") < 0 || text.toString().endsWith("\r\n\r\n")) {
            var count = socket.getInputStream().read(buffer);
            if (count < 0) {
                throw new IOException("connection ended after: " + text);
            }
            text.append(new String(buffer, 0, count, StandardCharsets.US_ASCII));
        }
        return text.substring(text.indexOf("\r\n\r\n") + 4);
    }

    private static SSLContext serverContext(Path certificate, Path key) throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {PemFiles.keyManager(certificate, key)}, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** Says its name, and on /readyz what it is told to say. */
    private final class ApiServer {
        private final HttpsServer server;
        private volatile boolean ready = true;
        private final AtomicInteger checks = new AtomicInteger();

        ApiServer(String name) throws IOException {
            this(name, 0);
        }

        ApiServer(String name, int port) throws IOException {
            this(name, port, trust.certificate("apiserver"), trust.key("apiserver"));
        }

        ApiServer(String name, int port, Path certificate, Path key) throws IOException {
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(serverContext(certificate, key)));
            var threads = Executors.newVirtualThreadPerTaskExecutor();
            server.setExecutor(threads);
            server.createContext("/readyz", exchange -> {
                checks.incrementAndGet();
                answer(exchange, ready ? 200 : 500, "ok");
            });
            server.createContext("/", exchange -> answer(exchange, 200, name));
            server.start();
            open.add(() -> {
                server.stop(0);
                threads.shutdownNow();
            });
        }

        InetSocketAddress address() {
            return server.getAddress();
        }

        private static void answer(HttpExchange exchange, int code, String text) throws IOException {
            try (exchange) {
                exchange.sendResponseHeaders(code, text.length());
                exchange.getResponseBody().write(text.getBytes(StandardCharsets.US_ASCII));
            }
        }
    }
}
