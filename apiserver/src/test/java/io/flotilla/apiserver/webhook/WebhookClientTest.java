package io.flotilla.apiserver.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.conformance.Certificates;
import io.flotilla.apiserver.node.ServiceEndpoints;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebhookClientTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final byte[] QUESTION = "{\"request\": {\"uid\": \"1\"}}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private Certificates certificates;
    private WebhookServer server;
    private WebhookClient client;

    @BeforeEach
    void start() throws Exception {
        certificates = new Certificates(directory).issue("hook", List.of(), "hook.system.svc");
        server = new WebhookServer(certificates.context(Optional.of("hook")));
        server.on("/ask", WebhookServer::allow);
        Schema schema = Schema.load();
        client = new WebhookClient(new ServiceEndpoints(
                new OneService(server.port()),
                (group, resource) -> schema.resource(group, "v1", resource).orElseThrow()));
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private Endpoint service(String name, int port) throws Exception {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.putObject("service")
                .put("name", name)
                .put("namespace", "system")
                .put("path", "/ask")
                .put("port", port);
        config.put("caBundle", Base64.getEncoder().encodeToString(Files.readAllBytes(certificates.authority())));
        return new Endpoint(config, TIMEOUT);
    }

    @Test
    void aServiceIsReachedAtAnEndpointAndMustShowItsOwnName() throws Exception {
        byte[] answer = client.post(service("hook", 443), QUESTION, TIMEOUT);
        assertThat(JsonCodec.decodeAny(answer).at("/response/allowed").asBoolean())
                .isTrue();
        assertThat(server.queries()).containsExactly("timeout=30s");
        Endpoint other = service("other", 443);
        assertThatThrownBy(() -> client.post(other, QUESTION, TIMEOUT))
                .isInstanceOf(CallException.class)
                .hasMessageStartingWith("Post \"https://other.system.svc:443/ask?timeout=30s\":"
                        + " tls: failed to verify certificate: ");
        assertThat(server.asked("/ask")).hasSize(1);
    }

    @Test
    void aPortThatTheServiceDoesNotHaveIsToldOf() throws Exception {
        Endpoint wrong = service("hook", 8443);
        assertThatThrownBy(() -> client.post(wrong, QUESTION, TIMEOUT))
                .isInstanceOf(CallException.class)
                .hasMessage("Post \"https://hook.system.svc:8443/ask?timeout=30s\": no service"
                        + " port \"8443\" found for service \"hook\"");
    }

    @Test
    void whereNoOneListensIsToldOf() throws Exception {
        // Bound, so that nobody else gets the port, but not listening.
        try (Socket nobody = new Socket()) {
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = nobody.getLocalPort();
            ObjectNode config = JsonNodeFactory.instance.objectNode().put("url", "https://127.0.0.1:" + port);
            assertThatThrownBy(() -> client.post(new Endpoint(config, TIMEOUT), QUESTION, TIMEOUT))
                    .isInstanceOf(CallException.class)
                    .hasMessage("Post \"https://127.0.0.1:" + port + "?timeout=30s\": dial tcp 127.0.0.1:" + port
                            + ": connect: connection refused");
        }
    }

    @Test
    void aBundleThatIsNoPemIsToldOf() {
        ObjectNode config = JsonNodeFactory.instance.objectNode().put("url", server.url(""));
        config.put("caBundle", "bm8gUEVN");
        assertThatThrownBy(() -> client.post(new Endpoint(config, TIMEOUT), QUESTION, TIMEOUT))
                .isInstanceOf(CallException.class)
                .hasMessage("unable to load root certificates: unable to parse bytes as PEM" + " block");
    }

    /** Services of any name, with port 443, all served at one port of this machine. */
    private record OneService(int port) implements ObjectStore {
        @Override
        public Optional<ObjectNode> cached(ResourceInfo resource, String namespace, String name) {
            ObjectNode service = JsonNodeFactory.instance.objectNode();
            service.putObject("spec")
                    .putArray("ports")
                    .addObject()
                    .put("name", "https")
                    .put("port", 443);
            return Optional.of(service);
        }

        @Override
        public List<ObjectNode> cachedList(ResourceInfo resource, String namespace) {
            return List.of(slice("hook"), slice("other"));
        }

        private ObjectNode slice(String service) {
            ObjectNode slice = JsonNodeFactory.instance.objectNode();
            slice.putObject("metadata").putObject("labels").put("kubernetes.io/service-name", service);
            slice.putArray("ports").addObject().put("name", "https").put("port", port);
            slice.putArray("endpoints").addObject().putArray("addresses").add("127.0.0.1");
            return slice;
        }

        @Override
        public List<ObjectNode> list(ResourceInfo resource, String namespace) {
            return cachedList(resource, namespace);
        }

        @Override
        public Optional<ObjectNode> get(ResourceInfo resource, String namespace, String name) {
            return cached(resource, namespace, name);
        }

        @Override
        public ObjectNode create(ResourceInfo resource, ObjectNode object) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ObjectNode update(
                ResourceInfo resource, String namespace, String name, UnaryOperator<ObjectNode> change) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean remove(ResourceInfo resource, String namespace, String name) {
            throw new UnsupportedOperationException();
        }
    }
}
