package io.flotilla.apiserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.flotilla.apiserver.request.StatusException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests passed on to another HTTP server and its answers passed back, on real sockets. */
final class ProxyIT {
    private final PlainServer server = new PlainServer();
    private HttpServer backend;

    @BeforeEach
    void start() throws IOException {
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.createContext("/", exchange -> {
            byte[] received = exchange.getRequestBody().readAllBytes();
            String told = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("X-Own") + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(received, StandardCharsets.UTF_8);
            switch (exchange.getRequestURI().getPath()) {
                case "/large" -> {
                    // Chunked, and more than fits into what is buffered on the way.
                    exchange.sendResponseHeaders(200, 0);
                    byte[] piece = "0123456789abcdef".repeat(1024).getBytes(StandardCharsets.US_ASCII);
                    for (int i = 0; i < 256; i++) {
                        exchange.getResponseBody().write(piece);
                    }
                }
                case "/moved" -> {
                    exchange.getResponseHeaders().set("Location", "/elsewhere");
                    exchange.sendResponseHeaders(302, -1);
                }
                default -> {
                    exchange.sendResponseHeaders(201, told.length());
                    exchange.getResponseBody().write(told.getBytes(StandardCharsets.UTF_8));
                }
            }
            exchange.close();
        });
        backend.start();
    }

    @AfterEach
    void stop() {
        server.close();
        backend.stop(0);
    }

    private int proxyTo(int port) {
        ProxyTarget to = new ProxyTarget(false, "127.0.0.1", port);
        return server.serve(exchange -> Thread.ofVirtual().start(() -> {
            try (ProxyConnection connection = ProxyConnection.open(to)) {
                connection.pass(exchange, new ProxyConnection.Passing(exchange.uri(), "/prefix"));
            } catch (IOException e) {
                RestHandler.fail(exchange, StatusException.serviceUnavailable(String.valueOf(e.getMessage())));
            }
        }));
    }

    private static HttpResponse<String> call(HttpRequest.Builder request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    request.version(HttpClient.Version.HTTP_1_1).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static URI uri(int port, String path) {
        return URI.create("http://localhost:" + port + path);
    }

    @Test
    void aRequestArrivesAsItWasButForTheCredentials() throws Exception {
        int port = proxyTo(backend.getAddress().getPort());
        HttpResponse<String> answer = call(HttpRequest.newBuilder(uri(port, "/a%20b?q=1"))
                .header("X-Own", "mine")
                .header("Authorization", "Bearer secret")
                .PUT(HttpRequest.BodyPublishers.ofString("body")));

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("PUT /a%20b?q=1 mine null body");
    }

    @Test
    void aLongChunkedAnswerComesThroughWhole() throws Exception {
        int port = proxyTo(backend.getAddress().getPort());

        assertThat(call(HttpRequest.newBuilder(uri(port, "/large"))).body()).hasSize(256 * 16 * 1024);
    }

    @Test
    void aRedirectionStaysBehindTheProxy() throws Exception {
        int port = proxyTo(backend.getAddress().getPort());
        HttpResponse<String> answer = call(HttpRequest.newBuilder(uri(port, "/moved")));

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("location")).contains("/prefix/elsewhere");
    }

    @Test
    void whereNobodyListensTheClientIsToldSo() throws Exception {
        // Bound, so that nobody else gets the port, but not listening.
        try (Socket nobody = new Socket()) {
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            HttpResponse<String> answer = call(HttpRequest.newBuilder(uri(proxyTo(nobody.getLocalPort()), "/")));

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body())
                    .contains("dial tcp 127.0.0.1:" + nobody.getLocalPort() + ": connect: connection refused");
        }
    }

    @Test
    void anUpgradedConnectionCarriesBytesBothWays() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread echo = Thread.ofVirtual().start(() -> {
                try (Socket socket = other.accept()) {
                    readHead(socket);
                    socket.getOutputStream()
                            .write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    socket.getInputStream().transferTo(socket.getOutputStream());
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxyTo(other.getLocalPort()))) {
                client.setSoTimeout(60_000);
                client.getOutputStream()
                        .write("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(readHead(client)).startsWith("HTTP/1.1 101 ");
                client.getOutputStream().write("ping".getBytes(StandardCharsets.US_ASCII));
                assertThat(client.getInputStream().readNBytes(4))
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo("ping");
            }
            // The end of one side is the end of the other.
            echo.join();
        }
    }

    private static String readHead(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) socket.getInputStream().read());
        }
        return head.toString();
    }
}
