package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients get who ask for a WebSocket. */
@ExtendWith(Cluster.class)
@Timeout(600)
final class WebSocketsIT {
    private final Cluster.Running cluster;
    private String namespace = "";
    private String configMaps = "";

    WebSocketsIT(Cluster.Running cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void newNamespace() throws Exception {
        namespace = cluster.namespace();
        configMaps = "/api/v1/namespaces/" + namespace + "/configmaps";
    }

    /** Collects whole messages, text, binary, and the code with which the server closed, each under its name. */
    private static final class Messages implements WebSocket.Listener {
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private final StringBuilder part = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            return collect(socket, "text ", data, last);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            return collect(socket, "binary ", StandardCharsets.ISO_8859_1.decode(data), last);
        }

        private CompletionStage<?> collect(WebSocket socket, String kind, CharSequence data, boolean last) {
            part.append(data);
            if (last) {
                received.add(kind + part);
                part.setLength(0);
            }
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            received.add("closed " + code);
            return CompletableFuture.completedStage(null);
        }

        String next(String kind) throws InterruptedException {
            String message = received.poll(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(message).as("next message").isNotNull().startsWith(kind + " ");
            return message.substring(kind.length() + 1);
        }
    }

    @Test
    void eachEventIsAMessageAndTheTimeoutClosesTheSocket() throws Exception {
        String before = cluster.admin().get(configMaps).resourceVersion();
        cluster.admin()
                .post(configMaps, Json.object("{metadata: {name: 'a'}, data: {k: 'höhe'}}"))
                .expect(201);
        cluster.admin().delete(configMaps + "/a").expect(200);
        // The server's cache knows both when this is answered: the watch tells them however soon it ends.
        cluster.admin().get(configMaps).expect(200);
        Messages messages = new Messages();
        cluster.admin().webSocket(configMaps + "?watch=true&timeoutSeconds=2&resourceVersion=" + before, messages);

        JsonNode added = Json.parse(messages.next("text").getBytes(StandardCharsets.UTF_8));
        assertThat(added.path("type").asText()).isEqualTo("ADDED");
        assertThat(added.at("/object/data/k").asText()).isEqualTo("höhe");
        assertThat(messages.next("text")).startsWith("{\"type\":\"DELETED\"");
        assertThat(messages.next("closed")).isEqualTo("1000");
    }

    @Test
    void eventsInProtobufAreBinary() throws Exception {
        Messages messages = new Messages();
        WebSocket socket = cluster.admin()
                .webSocket(configMaps + "?watch=true", messages, "accept", Rest.PROTOBUF + ";stream=watch");
        cluster.admin().post(configMaps, Json.object("{metadata: {name: 'a'}}")).expect(201);

        // Field 1 of WatchEvent, a text of five bytes; no length goes before it.
        assertThat(messages.next("binary")).startsWith("\n\u0005ADDED").contains("k8s\0");
        socket.abort();
    }

    @Test
    void whatACommandReadsMayComeAsText() throws Exception {
        try (StubAgent agent = StubAgent.start(cluster.admin(), namespace + "-node")) {
            agent.run(cluster.admin(), namespace, "p");
            Messages messages = new Messages();
            WebSocket socket = cluster.admin()
                    .webSocket(
                            "/api/v1/namespaces/" + namespace
                                    + "/pods/p/exec?command=cat&stdin=true&stdout=true&stderr=true",
                            messages,
                            Rest.SUBPROTOCOL,
                            "v4.channel.k8s.io");
            assertThat(messages.next("binary")).isEqualTo("\2cat");

            socket.sendText("\0hello\n", true).join();

            assertThat(messages.next("binary")).isEqualTo("\1hello\n");
            assertThat(messages.next("binary")).startsWith("\3{").contains("\"reason\":\"NonZeroExitCode\"");
            assertThat(messages.next("closed")).isEqualTo("1000");
        }
    }

    @Test
    void aVersionThatIsForgottenIsToldAsAnEvent() throws Exception {
        Messages messages = new Messages();
        try (Cluster.Another forgetful = cluster.forgetful()) {
            forgetful.client().webSocket(configMaps + "?watch=true&resourceVersion=1", messages);

            JsonNode error = Json.parse(messages.next("text").getBytes(StandardCharsets.UTF_8));
            assertThat(error.path("type").asText()).isEqualTo("ERROR");
            assertThat(error.at("/object/code").asInt()).isEqualTo(410);
            assertThat(messages.next("closed")).isEqualTo("1000");
        }
    }

    @Test
    void whatIsForbiddenIsAnsweredAsEver() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> cluster.as(Cluster.ALICE).webSocket(configMaps + "?watch=true", new Messages()))
                .havingCause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(403));
    }
}
