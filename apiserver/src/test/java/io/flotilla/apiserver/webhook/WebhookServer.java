package io.flotilla.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/** An HTTPS server of webhooks, each at a path of its own. */
public final class WebhookServer implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, List<JsonNode>> asked = new ConcurrentHashMap<>();
    private final List<String> queries = new CopyOnWriteArrayList<>();
    private final List<String> traceparents = new CopyOnWriteArrayList<>();

    public WebhookServer(SSLContext tls) throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(threads);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String url(String path) {
        return "https://127.0.0.1:" + port() + path;
    }

    /** Answers reviews sent to the path. */
    public void on(String path, Function<JsonNode, String> webhook) {
        answering(path, 200, webhook);
    }

    /** As {@link #on}, with another code. */
    public void answering(String path, int code, Function<JsonNode, String> webhook) {
        asked.put(path, new CopyOnWriteArrayList<>());
        server.createContext(path, exchange -> answer(exchange, path, code, webhook));
    }

    private void answer(HttpExchange exchange, String path, int code, Function<JsonNode, String> webhook)
            throws IOException {
        try (exchange) {
            JsonNode review = MAPPER.readTree(exchange.getRequestBody().readAllBytes());
            queries.add(String.valueOf(exchange.getRequestURI().getQuery()));
            traceparents.add(String.valueOf(exchange.getRequestHeaders().getFirst("traceparent")));
            asked.get(path).add(review);
            byte[] body = webhook.apply(review).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** The requests that the webhook at the path was asked to review. */
    public List<JsonNode> asked(String path) {
        return asked.getOrDefault(path, List.of()).stream()
                .map(review -> review.path("request"))
                .toList();
    }

    public List<String> queries() {
        return queries;
    }

    /** The header of each request; {@code null} where it had none. */
    public List<String> traceparents() {
        return traceparents;
    }

    public static String allow(JsonNode review) {
        return answer(review, true, JsonNodeFactory.instance.objectNode());
    }

    /** Denies; the response has more fields. */
    public static String deny(JsonNode review, ObjectNode more) {
        return answer(review, false, more);
    }

    /** Allows; the response has more fields. */
    public static String allow(JsonNode review, ObjectNode more) {
        return answer(review, true, more);
    }

    /** Allows, with a JSON patch. */
    public static String patch(JsonNode review, String operations) {
        ObjectNode more = JsonNodeFactory.instance.objectNode();
        more.put("patchType", "JSONPatch");
        more.put("patch", Base64.getEncoder().encodeToString(operations.getBytes(StandardCharsets.UTF_8)));
        return answer(review, true, more);
    }

    private static String answer(JsonNode review, boolean allowed, ObjectNode more) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        answer.putObject("response")
                .put("uid", review.path("request").path("uid").asText())
                .put("allowed", allowed)
                .setAll(more);
        return answer.toString();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
