package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.webhook.WebhookServer;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A webhook converts between {@code hostPort} of v1 and {@code host} and {@code port} of v2. */
@ExtendWith(Cluster.class)
@Timeout(600)
class ConversionsIT {
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";
    private static final AtomicInteger GROUPS = new AtomicInteger();

    private final Rest admin;
    private final WebhookServer hooks;
    private final String caBundle;
    private final String group = "conversion" + GROUPS.incrementAndGet() + ".example.com";
    private final String first = "/apis/" + group + "/v1/tabs";
    private final String second = "/apis/" + group + "/v2/tabs";
    private final String definition = DEFINITIONS + "tabs." + group;

    ConversionsIT(Cluster.Running cluster) throws Exception {
        this.admin = cluster.admin();
        this.hooks = new WebhookServer(cluster.certificates().context(Optional.of("kube-apiserver")));
        this.caBundle = Base64.getEncoder()
                .encodeToString(Files.readAllBytes(cluster.certificates().authority()));
    }

    /** A kind whose webhook is gone would be in the way of whoever reads everything. */
    @AfterEach
    void stop() throws Exception {
        String definition = DEFINITIONS + "/tabs." + group;
        if (admin.get(definition).code() == 200) {
            admin.patch(
                            definition,
                            Rest.MERGE_PATCH,
                            "{\"spec\": {\"conversion\": {\"strategy\": \"None\", \"webhook\": null}}}")
                    .expect(200);
            admin.delete(definition).expect(200);
            Awaitility.await()
                    .until(() -> admin.get(definition).code() == 404
                            && admin.get("/apis/" + group).code() == 404);
        }
        hooks.close();
    }

    private void define(String url) throws Exception {
        ObjectNode object = Json.object(
                "{metadata: {name: 'tabs.%s'}, spec: {group: '%s', scope: 'Cluster', names: {plural: 'tabs', kind: 'Tab'},"
                        + " conversion: {strategy: 'Webhook', webhook: {conversionReviewVersions: ['v3', 'v1', 'v1beta1'],"
                        + " clientConfig: {url: '%s', caBundle: '%s'}}}, versions: [{name: 'v1', served: true, storage: true,"
                        + " schema: {openAPIV3Schema: {type: 'object', properties: {spec: {type: 'object', properties:"
                        + " {hostPort: {type: 'string'}}}}}}}, {name: 'v2', served: true, storage: false, schema:"
                        + " {openAPIV3Schema: {type: 'object', properties: {spec: {type: 'object', properties: {host: {type:"
                        + " 'string'}, port: {type: 'string', maxLength: 4}}}}}}}]}}",
                group, group, url, caBundle);
        admin.post(DEFINITIONS, object).expect(201);
        Awaitility.await().until(() -> admin.get(second).code() == 200);
    }

    /** Defines the kind, with a webhook that converts and then does what the test wants to what it answers. */
    private void defineWith(Consumer<ObjectNode> spoil) throws Exception {
        hooks.on("/convert", review -> {
            ObjectNode answer = convert(review);
            spoil.accept(answer);
            return answer.toString();
        });
        define(hooks.url("/convert"));
    }

    private static ObjectNode convert(JsonNode review) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("apiVersion", "apiextensions.k8s.io/v1").put("kind", "ConversionReview");
        ObjectNode response = answer.putObject("response");
        response.put("uid", review.at("/request/uid").asText());
        response.putObject("result").put("status", "Success");
        ArrayNode converted = response.putArray("convertedObjects");
        String wanted = review.at("/request/desiredAPIVersion").asText();
        for (JsonNode each : review.at("/request/objects")) {
            ObjectNode object = each.deepCopy();
            object.put("apiVersion", wanted);
            ObjectNode spec = (ObjectNode) object.get("spec");
            if (wanted.endsWith("/v2")) {
                String[] parts = spec.path("hostPort").asText().split(":", 2);
                spec.removeAll();
                spec.put("host", parts[0]).put("port", parts[1]);
            } else {
                String joined =
                        spec.path("host").asText() + ":" + spec.path("port").asText();
                spec.removeAll();
                spec.put("hostPort", joined);
            }
            converted.add(object);
        }
        return answer;
    }

    private static ObjectNode converted(ObjectNode answer) {
        return (ObjectNode) answer.at("/response/convertedObjects/0");
    }

    private ObjectNode one(String name, String hostPort) {
        return Json.object(
                "{apiVersion: '%s/v1', kind: 'Tab', metadata: {name: '%s'}, spec: {hostPort: '%s'}}",
                group, name, hostPort);
    }

    private ObjectNode two(String name, String host, String port) {
        return Json.object(
                "{apiVersion: '%s/v2', kind: 'Tab', metadata: {name: '%s'}, spec: {host: '%s', port: '%s'}}",
                group, name, host, port);
    }

    private int asked() {
        return hooks.asked("/convert").size();
    }

    @Test
    void objectsAreWrittenAndReadInEveryVersion() throws Exception {
        defineWith(_ -> {});
        Reply made = admin.post(second, two("a", "here", "80")).expect(201);
        assertThat(made.at("/apiVersion")).isEqualTo(group + "/v2");
        assertThat(made.at("/spec/host")).isEqualTo("here");
        assertThat(admin.get(first + "/a").at("/spec/hostPort")).isEqualTo("here:80");
        assertThat(admin.get(first + "/a").at("/spec/host")).isEmpty();

        Reply patched = admin.patch(second + "/a", Rest.MERGE_PATCH, "{spec: {port: '81'}}")
                .expect(200);
        assertThat(patched.at("/spec/port")).isEqualTo("81");
        assertThat(admin.get(first + "/a").at("/spec/hostPort")).isEqualTo("here:81");

        ObjectNode changed = (ObjectNode) admin.get(second + "/a").json();
        ((ObjectNode) changed.get("spec")).put("host", "there");
        admin.put(second + "/a", changed).expect(200);
        assertThat(admin.get(second + "/a").at("/spec/host")).isEqualTo("there");
        assertThat(admin.delete(second + "/a").expect(200).at("/status")).isEqualTo("Success");
        admin.get(first + "/a").expect(404);
        assertThat(hooks.asked("/convert").getFirst().path("desiredAPIVersion").asText())
                .isEqualTo(group + "/v1");
        assertThat(hooks.queries()).contains("timeout=30s");
    }

    @Test
    void theStorageVersionIsServedWithoutAsking() throws Exception {
        defineWith(_ -> {});
        admin.post(first, one("a", "here:80")).expect(201);
        admin.get(first + "/a").expect(200);
        admin.get(first).expect(200);
        assertThat(asked()).isZero();
    }

    @Test
    void whatIsConvertedIsHeldAgainstTheSchemaOfItsVersion() throws Exception {
        defineWith(_ -> {});
        admin.post(second, two("a", "here", "80000"))
                .refused(
                        422,
                        "Invalid",
                        "Tab." + group + " \"a\" is invalid: spec.port: Too long: may not be more than 4 bytes");
    }

    @Test
    void aListIsConvertedAtOnce() throws Exception {
        defineWith(_ -> {});
        for (int i = 0; i < 5; i++) {
            admin.post(first, one("tab-" + i, "host" + i + ":80")).expect(201);
        }
        Reply list = admin.get(second).expect(200);
        assertThat(list.at("/items/4/spec/host")).isEqualTo("host4");
        assertThat(list.names()).containsExactly("tab-0", "tab-1", "tab-2", "tab-3", "tab-4");
        assertThat(asked()).isEqualTo(1);
        assertThat(hooks.asked("/convert").getFirst().path("objects")).hasSize(5);
        assertThat(admin.get(second + "?limit=2").at("/items/1/spec/host")).isEqualTo("host1");
    }

    @Test
    void aWatchShowsItsVersion() throws Exception {
        defineWith(_ -> {});
        admin.post(first, one("a", "here:80")).expect(201);
        try (Watch watch = admin.watch(second + "?watch=true");
                Watch stored = admin.watch(first + "?watch=true")) {
            assertThat(watch.expect("ADDED", "a").at("/spec/host").asText()).isEqualTo("here");
            for (int i = 0; i < 100; i++) {
                admin.post(first, one("tab-" + i, "host" + i + ":80")).expect(201);
            }
            for (int i = 0; i < 100; i++) {
                assertThat(watch.expect("ADDED", "tab-" + i).at("/spec/host").asText())
                        .isEqualTo("host" + i);
            }
            admin.delete(first + "/a").expect(200);
            assertThat(watch.expect("DELETED", "a").at("/apiVersion").asText()).isEqualTo(group + "/v2");
            assertThat(stored.expect("ADDED", "a").at("/spec/hostPort").asText())
                    .isEqualTo("here:80");
        }
    }

    @Test
    void aSlowWebhookHoldsUpNobodyElse() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        hooks.on("/convert", review -> {
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return convert(review).toString();
        });
        define(hooks.url("/convert"));
        admin.post(first, one("a", "here:80")).expect(201);
        try (Watch waiting = admin.watch(second + "?watch=true");
                Watch stored = admin.watch(first + "?watch=true")) {
            stored.expect("ADDED", "a");
            admin.post(first, one("b", "here:80")).expect(201);
            stored.expect("ADDED", "b");
            admin.get("/api/v1/namespaces").expect(200);
            released.countDown();
            assertThat(waiting.expect("ADDED", "a").at("/spec/host").asText()).isEqualTo("here");
            waiting.expect("ADDED", "b");
        }
    }

    @Test
    void storageMovesToAnotherVersionObjectByObject() throws Exception {
        defineWith(_ -> {});
        admin.post(first, one("a", "here:80")).expect(201);
        admin.patch(
                        definition,
                        Rest.JSON_PATCH,
                        "[{op: 'replace', path: '/spec/versions/0/storage', value: false},"
                                + " {op: 'replace', path: '/spec/versions/1/storage', value: true}]")
                .expect(200);
        assertThat(admin.get(definition).json().at("/status/storedVersions"))
                .isEqualTo(Json.object("{a: ['v1', 'v2']}").get("a"));
        // Now the first version is the one that has to be asked for.
        Awaitility.await().until(() -> {
            admin.post(second, two("probe", "there", "1"));
            int before = asked();
            admin.get(second + "/probe").expect(200);
            return asked() == before;
        });
        assertThat(admin.get(first + "/a").at("/spec/hostPort")).isEqualTo("here:80");
        Reply read = admin.get(second + "/a").expect(200);
        assertThat(read.at("/spec/host")).isEqualTo("here");
        assertThat(admin.get(second).at("/items/0/spec/host")).isEqualTo("here");

        Reply migrated = admin.put(second + "/a", read.json()).expect(200);
        assertThat(migrated.resourceVersion()).isNotEqualTo(read.resourceVersion());
        settle(migrated.resourceVersion());
        int before = asked();
        assertThat(admin.get(second + "/a").at("/spec/host")).isEqualTo("here");
        assertThat(asked()).isEqualTo(before);

        admin.patch(definition + "/status", Rest.MERGE_PATCH, "{status: {storedVersions: ['v1']}}")
                .expect(422);
        admin.patch(definition + "/status", Rest.MERGE_PATCH, "{status: {storedVersions: ['v2']}}")
                .expect(200);
    }

    private void settle(String resourceVersion) throws Exception {
        admin.get(second + "?resourceVersionMatch=NotOlderThan&resourceVersion=" + resourceVersion)
                .expect(200);
    }

    private void refuses(String why) throws Exception {
        admin.post(first, one("a", "here:80")).expect(201);
        String webhook = "conversion webhook for " + group + "/v1, Kind=Tab ";
        Reply refused = admin.get(second + "/a").expect(500);
        assertThat(refused.at("/message")).isEqualTo(webhook + why);
        assertThat(refused.at("/reason")).isEmpty();
        assertThat(admin.get(second).expect(500).at("/message")).isEqualTo(webhook + why);
        admin.get(first + "/a").expect(200);
        admin.delete(first + "/a").expect(200);
    }

    @Test
    void aWebhookThatIsDownFailsTheVersionsThatNeedIt() throws Exception {
        hooks.on("/convert", review -> convert(review).toString());
        define(hooks.url("/convert"));
        String address = "127.0.0.1:" + hooks.port();
        hooks.close();
        refuses("failed: Post \"https://" + address + "/convert?timeout=30s\": dial tcp " + address
                + ": connect: connection refused");
        String webhook = "conversion webhook for " + group + "/v2, Kind=Tab failed: Post ";
        assertThat(admin.post(second, two("b", "here", "80")).expect(500).at("/message"))
                .startsWith(webhook);
        admin.get(first + "/b").expect(404);
    }

    @Test
    void aWatchEndsWithAnErrorWhenNobodyConverts() throws Exception {
        defineWith(answer -> answer.remove("response"));
        admin.post(first, one("a", "here:80")).expect(201);
        try (Watch watch = admin.watch(second + "?watch=true")) {
            JsonNode error = watch.expect("ERROR");
            assertThat(error.path("code").asInt()).isEqualTo(500);
            assertThat(error.path("message").asText())
                    .isEqualTo("conversion webhook for " + group + "/v1, Kind=Tab failed: no response provided");
        }
    }

    @Test
    void nonsenseIsNoAnswer() throws Exception {
        hooks.on("/convert", _ -> "gibberish");
        define(hooks.url("/convert"));
        refuses("failed: couldn't get version/kind; json parse error: invalid character 'g' looking for beginning of"
                + " value");
    }

    @Test
    void anAnswerMustBeToTheQuestion() throws Exception {
        defineWith(answer -> answer.put("kind", "AdmissionReview"));
        refuses("failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got"
                + " apiextensions.k8s.io/v1, Kind=AdmissionReview");
    }

    @Test
    void aWebhookMayRefuse() throws Exception {
        defineWith(answer -> ((ObjectNode) answer.at("/response/result"))
                .put("status", "Failure")
                .put("message", "no such thing"));
        refuses("failed: no such thing");
    }

    @Test
    void nothingMayBeMissing() throws Exception {
        defineWith(answer -> ((ObjectNode) answer.get("response")).putArray("convertedObjects"));
        refuses("returned 0 objects, expected 1");
    }

    @Test
    void theVersionMustBeTheOneAskedFor() throws Exception {
        defineWith(answer -> converted(answer).put("apiVersion", "other/v2"));
        refuses("returned invalid object at index 0: invalid groupVersion (expected " + group
                + "/v2, received other/v2)");
    }

    @Test
    void anObjectKeepsItsName() throws Exception {
        defineWith(answer -> ((ObjectNode) converted(answer).get("metadata")).put("name", "b"));
        refuses("returned invalid object: must have the same name: a != b");
    }

    @Test
    void ofTheMetadataOnlyLabelsAndAnnotationsMayChange() throws Exception {
        defineWith(answer -> {
            ObjectNode metadata = (ObjectNode) converted(answer).get("metadata");
            metadata.putArray("finalizers").add("evil.example.com/never");
            metadata.putObject("labels").put("converted", "yes");
        });
        admin.post(first, one("a", "here:80")).expect(201);
        Reply read = admin.get(second + "/a").expect(200);
        assertThat(read.at("/metadata/labels/converted")).isEqualTo("yes");
        assertThat(read.json().at("/metadata/finalizers").isMissingNode()).isTrue();
        assertThat(read.json().at("/metadata/managedFields")).isNotEmpty();
    }

    @Test
    void labelsMustBeLabels() throws Exception {
        defineWith(answer -> ((ObjectNode) converted(answer).get("metadata"))
                .putObject("labels")
                .put("x", 1));
        refuses("returned invalid metadata: metadata.labels[x] must be a string, but is int64 in converted object");
    }

    @Test
    void theFirstReviewVersionThatTheServerKnowsIsUsed() throws Exception {
        List<String> versions = new CopyOnWriteArrayList<>();
        hooks.on("/convert", review -> {
            versions.add(review.path("apiVersion").asText());
            ObjectNode answer = convert(review);
            answer.remove(List.of("apiVersion", "kind"));
            ((ObjectNode) answer.get("response")).remove("uid");
            return answer.toString();
        });
        define(hooks.url("/convert"));
        refuses("failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got /, Kind=");
        assertThat(versions).containsOnly("apiextensions.k8s.io/v1");
        admin.patch(
                        definition,
                        Rest.MERGE_PATCH,
                        "{spec: {conversion: {webhook: {conversionReviewVersions: ['v1beta1']}}}}")
                .expect(200);
        admin.post(first, one("a", "here:80")).expect(201);
        Awaitility.await().until(() -> admin.get(second + "/a").code() == 200);

        assertThat(versions.getLast()).isEqualTo("apiextensions.k8s.io/v1beta1");
    }
}
