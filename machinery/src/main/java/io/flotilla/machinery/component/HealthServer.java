package io.flotilla.machinery.component;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Serves {@code /healthz}, {@code /livez}, {@code /readyz} and {@code /metrics}. */
public final class HealthServer implements AutoCloseable {
    private final ServingConfig config;
    private final HealthChecks checks;
    private final PrometheusMeterRegistry metrics;
    private @Nullable HttpServer server;
    private @Nullable ExecutorService requests;

    public HealthServer(ServingConfig config, HealthChecks checks, PrometheusMeterRegistry metrics) {
        this.config = config;
        this.checks = checks;
        this.metrics = metrics;
    }

    /** Fails with a message that names the address where it cannot be listened on. */
    public void start() throws IOException {
        InetSocketAddress address = new InetSocketAddress(config.bindAddress(), config.port());
        HttpServer listening;
        try {
            listening = config.keyPair().isPresent()
                    ? https(address, config.keyPair().get())
                    : HttpServer.create(address, 0);
        } catch (BindException e) {
            throw new IOException(
                    "cannot listen on " + config.bindAddress() + ":" + config.port() + ": " + e.getMessage(), e);
        }
        ExecutorService executor = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("health-", 0).factory());
        listening.setExecutor(executor);
        listening.createContext("/healthz", exchange -> health(exchange, "healthz", checks.livez()));
        listening.createContext("/livez", exchange -> health(exchange, "livez", checks.livez()));
        listening.createContext("/readyz", exchange -> health(exchange, "readyz", checks.readyz()));
        listening.createContext("/metrics", this::metrics);
        listening.createContext("/", exchange -> answer(exchange, 404, "text/plain", "404 page not found\n"));
        listening.start();
        server = listening;
        requests = executor;
    }

    private static HttpServer https(InetSocketAddress address, ServingConfig.KeyPair keyPair) throws IOException {
        HttpsServer https = HttpsServer.create(address, 0);
        https.setHttpsConfigurator(new HttpsConfigurator(PemFiles.serverContext(keyPair.certificate(), keyPair.key())));
        return https;
    }

    /** Returns the port listened on. */
    public int port() {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return server.getAddress().getPort();
    }

    private static void health(HttpExchange exchange, String endpoint, HealthChecks.Report report) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        boolean verbose = query != null && query.contains("verbose");
        String text = report.ok() && !verbose ? "ok" : report.text(endpoint);
        answer(exchange, report.ok() ? 200 : 500, "text/plain; charset=utf-8", text);
    }

    private void metrics(HttpExchange exchange) throws IOException {
        answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
    }

    private static void answer(HttpExchange exchange, int code, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop(0);
        }
        if (requests != null) {
            requests.shutdownNow();
        }
    }
}
