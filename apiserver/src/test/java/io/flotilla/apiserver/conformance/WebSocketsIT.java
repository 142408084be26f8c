package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients get who ask for a WebSocket. */
@ExtendWith(Cluster.class)
@Timeout(600)
final class WebSocketsIT {
    private static final String CAT = "exec?command=cat&stdin=true&stdout=true&stderr=true";
    private static final String SENTENCE_OF_3 = "command terminated with non-zero exit code: exit status 3";
    private static final String ENDED_BY_3 = "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"" + SENTENCE_OF_3
            + "\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"3\"}]}}";

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

    private interface Use {
        void with(Messages messages, WebSocket socket) throws Exception;
    }

    /** Asks for a WebSocket to a pod that runs; an empty protocol stands for none. */
    private void session(String path, String protocol, Use use) throws Exception {
        try (StubAgent agent = StubAgent.start(cluster.admin(), namespace + "-node")) {
            agent.run(cluster.admin(), namespace, "p");
            Messages messages = new Messages();
            String[] headers = protocol.isEmpty() ? new String[0] : new String[] {Rest.SUBPROTOCOL, protocol};
            WebSocket socket =
                    cluster.admin().webSocket("/api/v1/namespaces/" + namespace + "/pods/p/" + path, messages, headers);
            assertThat(socket.getSubprotocol()).isEqualTo(protocol);
            use.with(messages, socket);
            socket.abort();
        }
    }

    @Test
    void whatACommandReadsMayComeAsText() throws Exception {
        session(CAT, "v4.channel.k8s.io", (messages, socket) -> {
            assertThat(messages.next("binary")).isEqualTo("\1");
            assertThat(messages.next("binary")).isEqualTo("\2cat");

            socket.sendText("\0hello\n", true).join();

            assertThat(messages.next("binary")).isEqualTo("\1hello\n");
            assertThat(messages.next("binary")).startsWith("\3{").contains("\"reason\":\"NonZeroExitCode\"");
            assertThat(messages.next("closed")).isEqualTo("1000");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"v5.channel.k8s.io", "v4.channel.k8s.io", "channel.k8s.io", ""})
    void aSessionHasChannelsOfBytes(String protocol) throws Exception {
        session(CAT, protocol, (messages, socket) -> {
            assertThat(messages.next("binary")).isEqualTo("\1");
            assertThat(messages.next("binary")).isEqualTo("\2cat");

            // Nothing, no channel of a client, none at all; a size; a line in two parts with a ping in between.
            for (String message : List.of("", "\1x", "\11x", "\4{\"Width\":80,\"Height\":24}")) {
                socket.sendBinary(Messages.bytes(message), true).join();
            }
            assertThat(messages.next("binary")).isEqualTo("\00180x24");
            socket.sendBinary(Messages.bytes("\0hel"), false).join();
            socket.sendPing(Messages.bytes("?")).join();
            socket.sendBinary(Messages.bytes("lo\n"), true).join();

            assertThat(messages.next("pong")).isEqualTo("?");
            assertThat(messages.next("binary")).isEqualTo("\1hello\n");
            assertThat(messages.next("binary"))
                    .isEqualTo(protocol.startsWith("v") ? "\3" + ENDED_BY_3 : "\3" + SENTENCE_OF_3);
            assertThat(messages.next("closed")).isEqualTo("1000");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"v4.base64.channel.k8s.io", "base64.channel.k8s.io"})
    void aSessionHasChannelsOfText(String protocol) throws Exception {
        session(CAT, protocol, (messages, socket) -> {
            assertThat(messages.next("text")).isEqualTo("1");
            assertThat(messages.next("text")).isEqualTo("2" + base64("cat"));

            for (String message : List.of("", "1" + base64("x"), "x", "0%", "4" + base64("{}"))) {
                socket.sendText(message, true).join();
            }
            assertThat(messages.next("text")).isEqualTo("1" + base64("0x0"));
            socket.sendText("0" + base64("hello\n"), true).join();

            assertThat(messages.next("text")).isEqualTo("1" + base64("hello\n"));
            assertThat(messages.next("text"))
                    .isEqualTo("3" + base64(protocol.startsWith("v") ? ENDED_BY_3 : SENTENCE_OF_3));
            assertThat(messages.next("closed")).isEqualTo("1000");
        });
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void inputIsClosedByItsNumber() throws Exception {
        session(CAT, "v5.channel.k8s.io", (messages, socket) -> {
            assertThat(messages.next("binary")).isEqualTo("\1");
            assertThat(messages.next("binary")).isEqualTo("\2cat");

            socket.sendBinary(Messages.bytes("\u00ff\4"), true).join();
            socket.sendBinary(Messages.bytes("\u00ff\0"), true).join();

            assertThat(messages.next("binary")).isEqualTo("\3{\"metadata\":{},\"status\":\"Success\"}");
            assertThat(messages.next("closed")).isEqualTo("1000");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00ff", "\u00ff\0\0", "\u00ff\5"})
    void whoClosesWhatIsNoChannelIsLeft(String closing) throws Exception {
        session(CAT, "v5.channel.k8s.io", (messages, socket) -> {
            assertThat(messages.next("binary")).isEqualTo("\1");
            assertThat(messages.next("binary")).isEqualTo("\2cat");

            socket.sendBinary(Messages.bytes(closing), true).join();

            assertThat(messages.next("closed")).isEqualTo("1000");
        });
    }

    @Test
    void theNewestProtocolIsSpokenWhateverElseIsAsked() throws Exception {
        try (StubAgent agent = StubAgent.start(cluster.admin(), namespace + "-node")) {
            agent.run(cluster.admin(), namespace, "p");
            WebSocket socket = cluster.admin()
                    .webSocket(
                            "/api/v1/namespaces/" + namespace + "/pods/p/" + CAT,
                            new Messages(),
                            Rest.SUBPROTOCOL,
                            "channel.k8s.io,v5.channel.k8s.io");
            assertThat(socket.getSubprotocol()).isEqualTo("v5.channel.k8s.io");
            socket.abort();
        }
    }

    @Test
    void whatIsNotAskedForIsNotRead() throws Exception {
        session("exec?command=cat&stderr=true", "v4.channel.k8s.io", (messages, socket) -> {
            assertThat(messages.next("binary")).isEqualTo("\2");
            assertThat(messages.next("binary")).isEqualTo("\2cat");

            socket.sendBinary(Messages.bytes("\0hello\n"), true).join();
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();

            assertThat(messages.next("closed")).isEqualTo("1000");
        });
    }

    @Test
    void flagsAreSaidAsProgramsInPythonSayThem() throws Exception {
        session(
                "exec?command=cat&stdin=False&stdout=TRUE&stderr=True&tty=False",
                "v4.channel.k8s.io",
                (messages, _) -> {
                    assertThat(messages.next("binary")).isEqualTo("\1");
                    // A terminal would have no error output.
                    assertThat(messages.next("binary")).isEqualTo("\2cat");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "binary.k8s.io"})
    void aLogIsOfBytes(String protocol) throws Exception {
        session("log?follow=true", protocol, (messages, _) -> {
            assertThat(messages.next("binary")).isEmpty();
            assertThat(messages.untilClosed("binary")).containsExactly("one\n", "two\n", "three\n", "four\n");
        });
    }

    @Test
    void aLogIsOfText() throws Exception {
        session("log?tailLines=1", "base64.binary.k8s.io", (messages, _) -> {
            assertThat(messages.next("text")).isEmpty();
            assertThat(messages.untilClosed("text")).containsExactly(base64("three\n"));
        });
    }

    @Test
    void aLogIsInNoOtherProtocol() throws Exception {
        try (StubAgent agent = StubAgent.start(cluster.admin(), namespace + "-node")) {
            agent.run(cluster.admin(), namespace, "p");
            refused(
                    403,
                    () -> cluster.admin()
                            .webSocket(
                                    "/api/v1/namespaces/" + namespace + "/pods/p/log",
                                    new Messages(),
                                    Rest.SUBPROTOCOL,
                                    "v4.channel.k8s.io"));
        }
    }

    @Test
    void whoeverClosesIsToldThatItIsWell() throws Exception {
        Messages messages = new Messages();
        WebSocket socket = cluster.admin().webSocket(configMaps + "?watch=true", messages, Rest.SUBPROTOCOL, "mine");
        assertThat(socket.getSubprotocol()).isEqualTo("mine");

        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();

        assertThat(messages.next("closed")).isEqualTo("1000");
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
        refused(403, () -> cluster.as(Cluster.ALICE).webSocket(configMaps + "?watch=true", new Messages()));
    }

    private static void refused(int code, ThrowingCallable asking) {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(asking)
                .havingCause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(code));
    }
}
