package io.flotilla.apiserver.extension.conversion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.conformance.Certificates;
import io.flotilla.apiserver.node.ServiceEndpoints;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.webhook.WebhookClient;
import io.flotilla.apiserver.webhook.WebhookServer;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversionWebhookTest {
    @TempDir
    private Path directory;

    private Certificates certificates;
    private WebhookServer server;
    private WebhookClient client;

    @BeforeEach
    void start() throws Exception {
        certificates = new Certificates(directory).issue("kube-apiserver", List.of());
        server = new WebhookServer(certificates.context(Optional.of("kube-apiserver")));
        Schema schema = Schema.load();
        client = new WebhookClient(new ServiceEndpoints(
                noObjects(),
                (group, resource) -> schema.resource(group, "v1", resource).orElseThrow()));
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private static ObjectStore noObjects() {
        return (ObjectStore) Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (_, method, _) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    private ConversionWebhook webhook(Duration timeout) throws Exception {
        ObjectNode webhook = JsonNodeFactory.instance.objectNode();
        webhook.putArray("conversionReviewVersions").add("v1");
        webhook.putObject("clientConfig")
                .put("url", server.url("/convert"))
                .put("caBundle", Base64.getEncoder().encodeToString(Files.readAllBytes(certificates.authority())));
        return new ConversionWebhook(webhook, client, timeout);
    }

    private static ObjectNode object(String name) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", "example.com/v1").put("kind", "Tab");
        object.putObject("metadata").put("name", name).put("uid", "u-" + name);
        return object;
    }

    /** Answers with the objects of the question, each in the version asked for and changed. */
    private static String answer(JsonNode review, UnaryOperator<ObjectNode> change) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("apiVersion", "apiextensions.k8s.io/v1").put("kind", "ConversionReview");
        ObjectNode response = answer.putObject("response");
        response.put("uid", review.at("/request/uid").asText());
        response.putObject("result").put("status", "Success");
        for (JsonNode each : review.at("/request/objects")) {
            ObjectNode object = each.deepCopy();
            object.put("apiVersion", review.at("/request/desiredAPIVersion").asText());
            response.withArray("convertedObjects").add(change.apply(object));
        }
        return answer.toString();
    }

    @Test
    void whoeverTakesTooLongIsNotWaitedFor() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        server.on("/convert", review -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return answer(review, each -> each);
        });
        ConversionWebhook webhook = webhook(Duration.ofMillis(1_500));
        List<ObjectNode> objects = List.of(object("a"));
        assertThatThrownBy(() -> webhook.convert(objects, "example.com/v2"))
                .isInstanceOf(StatusException.class)
                .hasMessage("conversion webhook for example.com/v1, Kind=Tab failed: Post \"" + server.url("/convert")
                        + "?timeout=1s\": context deadline exceeded");
        assertThat(objects).containsExactly(object("a"));
    }

    @Test
    void oneBadObjectSpoilsTheBatchAndChangesNothing() throws Exception {
        server.on(
                "/convert",
                review -> answer(review, each -> {
                    ObjectNode metadata = (ObjectNode) each.get("metadata");
                    if (metadata.path("name").asText().equals("b")) {
                        metadata.put("uid", "other");
                    }
                    return each;
                }));
        ConversionWebhook webhook = webhook(Duration.ofSeconds(30));
        List<ObjectNode> objects = List.of(object("a"), object("b"), object("c"));
        assertThatThrownBy(() -> webhook.convert(objects, "example.com/v2"))
                .hasMessage(
                        "conversion webhook for example.com/v1, Kind=Tab returned invalid converted object at index 1:"
                                + " must have the same UID: u-b != other");
        assertThat(objects).containsExactly(object("a"), object("b"), object("c"));

        List<ObjectNode> good = List.of(object("a"), object("c"));
        webhook.convert(good, "example.com/v2");
        assertThat(good).extracting(each -> each.path("apiVersion").asText()).containsOnly("example.com/v2");
        assertThat(server.asked("/convert")).hasSize(2);
    }

    @Test
    void labelsAreHeldAgainstTheirRules() throws Exception {
        server.on(
                "/convert",
                review -> answer(review, each -> {
                    ((ObjectNode) each.get("metadata")).putObject("labels").put("-", "x");
                    return each;
                }));
        ConversionWebhook webhook = webhook(Duration.ofSeconds(30));
        List<ObjectNode> objects = List.of(object("a"));
        assertThatThrownBy(() -> webhook.convert(objects, "example.com/v2"))
                .hasMessageStartingWith("conversion webhook for example.com/v1, Kind=Tab returned invalid metadata:"
                        + " metadata.labels: Invalid value: \"-\": name part must consist of alphanumeric characters");
    }
}
