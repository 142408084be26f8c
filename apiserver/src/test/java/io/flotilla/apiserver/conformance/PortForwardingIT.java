package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.kubernetes.client.PortForward;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ports of a pod in the channels of a WebSocket, as clients that speak no SPDY ask for them. */
@ExtendWith(Cluster.class)
@Timeout(600)
final class PortForwardingIT {
    private static final String V4 = "v4.channel.k8s.io";
    private static final int MIB = 1 << 20;

    private final Cluster.Running cluster;
    private final Messages messages = new Messages();
    private String pod = "";
    private String namespace = "";
    private StubAgent agent;

    PortForwardingIT(Cluster.Running cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void runAPod() throws Exception {
        namespace = cluster.namespace();
        pod = "/api/v1/namespaces/" + namespace + "/pods/p";
        agent = StubAgent.start(cluster.admin(), namespace + "-node");
        agent.run(cluster.admin(), namespace, "p");
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    private WebSocket forward(String query, String... headers) throws Exception {
        return cluster.admin().webSocket(pod + "/portforward?" + query, messages, headers);
    }

    private static void send(WebSocket socket, String message) {
        socket.sendBinary(Messages.bytes(message), true).join();
    }

    /** Ports 80 and 256 say their numbers. */
    private void begun() throws Exception {
        assertThat(messages.next("binary")).isEqualTo("\0P\0");
        assertThat(messages.next("binary")).isEqualTo("\1P\0");
        assertThat(messages.next("binary")).isEqualTo("\2\0\1");
        assertThat(messages.next("binary")).isEqualTo("\3\0\1");
    }

    @ParameterizedTest
    @CsvSource({"ports=80&ports=256, v4.channel.k8s.io", "'ports=80,256', "})
    void eachPortHasTwoChannels(String query, String protocol) throws Exception {
        WebSocket socket = protocol == null ? forward(query) : forward(query, Rest.SUBPROTOCOL, protocol);
        assertThat(socket.getSubprotocol()).isEqualTo(protocol == null ? "" : protocol);
        begun();

        send(socket, "\0one");
        assertThat(messages.next("binary")).isEqualTo("\0one");
        send(socket, "\2two");
        assertThat(messages.next("binary")).isEqualTo("\2two");

        // One that has ended takes nothing any more, the other goes on; the last one ends it all.
        send(socket, "\0" + StubAgent.QUIT);
        send(socket, "\0lost");
        send(socket, "\2three");
        assertThat(messages.next("binary")).isEqualTo("\2three");
        send(socket, "\2" + StubAgent.QUIT);
        assertThat(messages.next("closed")).isEqualTo("1000");
    }

    @Test
    void channelsMayBeOfText() throws Exception {
        WebSocket socket = forward("ports=80", Rest.SUBPROTOCOL, "v4.base64.channel.k8s.io");
        assertThat(messages.next("text")).isEqualTo("0" + base64("P\0"));
        assertThat(messages.next("text")).isEqualTo("1" + base64("P\0"));

        for (String message : List.of("", "0", "0%", "\0" + base64("no"), "0" + base64("yes"))) {
            socket.sendText(message, true).join();
        }
        assertThat(messages.next("text")).isEqualTo("0" + base64("yes"));
        send(socket, "0" + base64("bytes"));
        assertThat(messages.next("text")).isEqualTo("0" + base64("bytes"));
        send(socket, "0" + base64(StubAgent.QUIT));
        assertThat(messages.next("closed")).isEqualTo("1000");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void whatIsForNoPortIsForNobody() throws Exception {
        WebSocket socket = forward("ports=80,256", Rest.SUBPROTOCOL, V4);
        begun();
        for (String message : List.of("", "\0", "\1x", "\3x", "\4x", "\11x", "\u00ff\0", "\u00fex")) {
            send(socket, message);
        }
        send(socket, "\2x");
        assertThat(messages.next("binary")).isEqualTo("\2x");
        socket.abort();
        assertThat(List.of(agent.closed(), agent.closed())).containsExactlyInAnyOrder("80: 0", "256: 1");
    }

    @Test
    void whyAPortCannotBeReachedIsToldOnItsErrorChannel() throws Exception {
        WebSocket socket = forward("ports=80&ports=" + StubAgent.REFUSING, Rest.SUBPROTOCOL, V4);
        assertThat(messages.next("binary")).isEqualTo("\0P\0");
        assertThat(messages.next("binary")).isEqualTo("\1P\0");
        assertThat(messages.next("binary")).isEqualTo("\2\11\0");
        assertThat(messages.next("binary")).isEqualTo("\3\11\0");
        assertThat(messages.next("binary")).isEqualTo("\3" + StubAgent.REFUSAL);

        send(socket, "\0x");
        assertThat(messages.next("binary")).isEqualTo("\0x");
        send(socket, "\0" + StubAgent.QUIT);
        assertThat(messages.next("closed")).isEqualTo("1000");
    }

    @Test
    void anAgentThatIsNotThereIsToldOnEveryErrorChannel() throws Exception {
        agent.close();
        forward("ports=80,256", Rest.SUBPROTOCOL, V4);
        begun();
        assertThat(messages.untilClosed("binary"))
                .hasSize(2)
                .allMatch(told -> told.contains("error dialing backend: "))
                .extracting(told -> told.substring(0, 1))
                .containsExactlyInAnyOrder("\1", "\3");
    }

    @Test
    void manyBytesFlowBothWays() throws Exception {
        WebSocket socket = forward("ports=80,256", Rest.SUBPROTOCOL, V4);
        begun();
        // In one message more than an agent takes in one.
        String first = letters(1, 6 * MIB);
        String second = letters(2, 6 * MIB);
        Thread.ofVirtual().start(() -> {
            send(socket, "\0" + first);
            for (int i = 0; i < second.length(); i += MIB) {
                send(socket, "\2" + second.substring(i, i + MIB));
            }
        });

        Map<String, StringBuilder> received = new HashMap<>();
        for (long length = 0; length < first.length() + second.length(); ) {
            String message = messages.next("binary");
            received.computeIfAbsent(message.substring(0, 1), _ -> new StringBuilder())
                    .append(message, 1, message.length());
            length += message.length() - 1;
        }
        assertThat(received.get("\0").toString().equals(first)).isTrue();
        assertThat(received.get("\2").toString().equals(second)).isTrue();
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        assertThat(messages.next("closed")).isEqualTo("1000");
        assertThat(List.of(agent.closed(), agent.closed()))
                .containsExactlyInAnyOrder("80: " + first.length(), "256: " + second.length());
    }

    /** Characters of one byte as if by chance, the same ones for a seed. */
    private static String letters(int seed, int length) {
        StringBuilder text = new StringBuilder(length);
        long state = seed;
        for (int i = 0; i < length; i++) {
            state = state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            text.append((char) (state >>> 56));
        }
        return text.toString();
    }

    @Test
    void whatIsSaidBeforeAFarewellIsDelivered() throws Exception {
        WebSocket socket = forward("ports=80", Rest.SUBPROTOCOL, V4);
        send(socket, "\0" + letters(3, MIB));
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();

        assertThat(agent.closed()).isEqualTo("80: " + MIB);
    }

    @Test
    void aMessageThatIsTooLargeEndsTheConnection() throws Exception {
        WebSocket socket = forward("ports=80", Rest.SUBPROTOCOL, V4);
        var _ = socket.sendBinary(Messages.bytes("\0" + "x".repeat(32 * MIB)), true);

        assertThat(agent.closed()).isEqualTo("80: 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "               | 400 | query parameter \"port\" is required",
                "ports=80,0     | 400 | port \"80,0\" must be > 0",
                "ports=         | 400 | cannot convert to []int32: strconv.ParseUint: parsing \\\"\\\": invalid syntax",
                "ports=80,x     | 400 | cannot convert to []int32: strconv.ParseUint: parsing \\\"x\\\": invalid syntax",
                "ports=-1       | 400 | cannot convert to []int32: strconv.ParseUint: parsing \\\"-1\\\": invalid syntax",
                "ports=65536    | 400 | cannot convert to []int32: strconv.ParseUint: parsing \\\"65536\\\": value out of range"
            })
    void whatIsNoPortIsRefused(String query, int code, String why) throws Exception {
        String answer = upgrade(query == null ? "" : query, "Sec-WebSocket-Protocol: " + V4);
        assertThat(answer).startsWith("HTTP/1.1 " + code + " ").contains(why);
    }

    @Test
    void onlyAWebSocketInAKnownProtocolWillDo() throws Exception {
        assertThat(upgrade("ports=80", "Sec-WebSocket-Protocol: v3.channel.k8s.io"))
                .startsWith("HTTP/1.1 403 ");
        assertThat(upgrade("ports=80", "Sec-WebSocket-Version: 12")).startsWith("HTTP/1.1 400 ");
        cluster.admin().get(pod + "/portforward?ports=80").refused(400, "BadRequest", "Upgrade request required");
    }

    private String upgrade(String query, String header) throws Exception {
        String version = header.startsWith("Sec-WebSocket-Version") ? "" : "Sec-WebSocket-Version: 13\r\n";
        return RawConnection.exchange(
                cluster,
                "GET " + pod + "/portforward?" + query + " HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade\r\n"
                        + "Upgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" + version + header
                        + "\r\n\r\n");
    }

    @Test
    void theOfficialJavaClientForwards() throws Exception {
        try (PortForward.PortForwardResult ports = new PortForward(JavaClientIT.administrator(cluster, namespace))
                .forward(namespace, "p", List.of(80, StubAgent.REFUSING))) {
            ports.getOutboundStream(80).write("hello".getBytes(StandardCharsets.UTF_8));
            ports.getOutboundStream(80).flush();

            assertThat(ports.getInputStream(80).readNBytes(5)).asString().isEqualTo("hello");
            // This client leaves the port at the head of what went wrong.
            assertThat(ports.getErrorStream(StubAgent.REFUSING).readNBytes(2 + StubAgent.REFUSAL.length()))
                    .asString()
                    .isEqualTo("\11\0" + StubAgent.REFUSAL);
        }
    }

    @Test
    void fabric8Forwards() throws Exception {
        try (KubernetesClient client = Fabric8ClientIT.builder(cluster).build();
                LocalPortForward forward =
                        client.pods().inNamespace(namespace).withName("p").portForward(80);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), forward.getLocalPort())) {
            socket.setSoTimeout(Cluster.PATIENCE_SECONDS * 1_000);
            socket.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));

            assertThat(socket.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
        }
        assertThat(agent.closed()).isEqualTo("80: 5");
    }

    @Test
    void whoMayOnlyLookMayNotConnect() throws Exception {
        Rest alice = cluster.as(Cluster.ALICE);
        String rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/" + namespace;
        cluster.admin()
                .post(
                        rbac + "/roles",
                        Json.object(
                                "{metadata: {name: 'looker'}, rules: [{apiGroups: [''], resources: ['pods', 'pods/exec', 'pods/attach', 'pods/portforward', 'pods/log'], verbs: ['get']}]}"))
                .expect(201);
        cluster.admin()
                .post(
                        rbac + "/rolebindings",
                        Json.object(
                                "{metadata: {name: 'looker'}, roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'looker'}, subjects: [{kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: '%s'}]}",
                                Cluster.ALICE))
                .expect(201);
        Awaitility.await().until(() -> alice.get(pod).code() == 200);

        for (String stream : List.of("exec?command=x&stdout=true", "attach?stdout=true", "portforward?ports=80")) {
            alice.get(pod + "/" + stream).refused(403, "Forbidden", "pods \"p\" is forbidden: ");
        }
        alice.get(pod + "/log").expect(200);
    }
}
