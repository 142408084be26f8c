package io.flotilla.apiserver.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * Requests as one user. Headers are given as name, value, name, value: those of a request replace those for every request.
 */
final class Rest {
    static final String JSON = "application/json";
    static final String YAML = "application/yaml";
    static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    static final String JSON_PATCH = "application/json-patch+json";
    static final String MERGE_PATCH = "application/merge-patch+json";
    static final String STRATEGIC_PATCH = "application/strategic-merge-patch+json";
    static final String APPLY_PATCH = "application/apply-patch+yaml";
    static final String SUBPROTOCOL = "sec-websocket-protocol";
    static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
    static final String METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
    static final String METADATA_LIST = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

    private final HttpClient client;
    private final String address;
    private final List<String> always;

    private Rest(HttpClient client, String address, List<String> always) {
        this.client = client;
        this.address = address;
        this.always = List.copyOf(always);
    }

    static Rest over(SSLContext tls, int port, HttpClient.Version version) {
        return new Rest(
                HttpClient.newBuilder().sslContext(tls).version(version).build(),
                "https://127.0.0.1:" + port,
                List.of());
    }

    /** The same with headers for every request. */
    Rest with(String... headers) {
        List<String> all = new ArrayList<>(always);
        all.addAll(List.of(headers));
        return new Rest(client, address, all);
    }

    Reply get(String path, String... headers) throws IOException, InterruptedException {
        return send("GET", path, new byte[0], headers);
    }

    Reply post(String path, JsonNode body, String... headers) throws IOException, InterruptedException {
        return with(headers).post(path, JSON, body.toString());
    }

    Reply post(String path, String contentType, String body) throws IOException, InterruptedException {
        return send("POST", path, body.getBytes(StandardCharsets.UTF_8), "content-type", contentType);
    }

    Reply put(String path, JsonNode body, String... headers) throws IOException, InterruptedException {
        return with(headers).send("PUT", path, body.toString().getBytes(StandardCharsets.UTF_8), "content-type", JSON);
    }

    /** Patches with relaxed JSON. */
    Reply patch(String path, String contentType, String patch, Object... arguments)
            throws IOException, InterruptedException {
        byte[] body = Json.text(patch, arguments).getBytes(StandardCharsets.UTF_8);
        return send("PATCH", path, body, "content-type", contentType);
    }

    Reply delete(String path) throws IOException, InterruptedException {
        return send("DELETE", path, new byte[0]);
    }

    /** Deletes with options in relaxed JSON. */
    Reply delete(String path, String options, Object... arguments) throws IOException, InterruptedException {
        byte[] body = Json.text(options, arguments).getBytes(StandardCharsets.UTF_8);
        return send("DELETE", path, body, "content-type", JSON);
    }

    Reply send(String method, String path, byte[] body, String... headers) throws IOException, InterruptedException {
        HttpResponse<byte[]> response =
                answer(client.sendAsync(request(method, path, body, headers), HttpResponse.BodyHandlers.ofByteArray()));
        return new Reply(response.statusCode(), response.headers(), response.body());
    }

    Watch watch(String path, String... headers) throws IOException, InterruptedException {
        return watch(path, Watch::line, headers);
    }

    /** Opens a watch; fails if it is refused. */
    Watch watch(String path, Watch.Framing framing, String... headers) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = open(path, headers);
        return new Watch(response.headers(), response.body(), framing);
    }

    /** Begins to read a body; fails if there is none to read. */
    InputStream body(String path) throws IOException, InterruptedException {
        return open(path).body();
    }

    private HttpResponse<InputStream> open(String path, String... headers) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = answer(client.sendAsync(
                request("GET", path, new byte[0], headers), HttpResponse.BodyHandlers.ofInputStream()));
        if (response.statusCode() != 200) {
            throw new AssertionError(
                    response.statusCode() + ": " + new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
        }
        return response;
    }

    /** Opens a WebSocket; fails, caused by {@link WebSocketHandshakeException}, if it is refused. */
    WebSocket webSocket(String path, WebSocket.Listener listener, String... headers)
            throws IOException, InterruptedException {
        WebSocket.Builder builder = client.newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            if (headers[i].equals(SUBPROTOCOL)) {
                String[] protocols = headers[i + 1].split(",");
                builder.subprotocols(protocols[0], Arrays.copyOfRange(protocols, 1, protocols.length));
            } else {
                builder.header(headers[i], headers[i + 1]);
            }
        }
        return answer(builder.buildAsync(URI.create(address.replace("https:", "wss:") + path), listener));
    }

    private static <T> T answer(CompletableFuture<T> coming) throws IOException, InterruptedException {
        try {
            return coming.get(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            coming.cancel(true);
            throw new AssertionError("no answer within " + Cluster.PATIENCE_SECONDS + " s", e);
        }
    }

    private HttpRequest request(String method, String path, byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        for (int i = 0; i < always.size(); i += 2) {
            request.header(always.get(i), always.get(i + 1));
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return request.build();
    }
}
