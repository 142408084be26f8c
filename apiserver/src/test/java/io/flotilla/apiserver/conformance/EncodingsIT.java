package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.YamlCodec;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Cluster.class)
class EncodingsIT {
    private static final String CBOR = "application/cbor";
    private static final String NOT_ACCEPTABLE =
            "only the following media types are accepted: application/json, application/yaml,"
                    + " application/vnd.kubernetes.protobuf";
    private static final String UNKNOWN_FORMAT =
            "the body of the request was in an unknown format - accepted media types"
                    + " include: application/json, application/yaml, application/vnd.kubernetes.protobuf";

    private final Cluster.Running cluster;
    private final Rest admin;
    private String namespace = "";
    private String configMaps = "";

    EncodingsIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        namespace = cluster.namespace();
        configMaps = "/api/v1/namespaces/" + namespace + "/configmaps";
    }

    private Reply create(String name) throws Exception {
        return admin.post(configMaps, Json.object("{metadata: {name: '%s'}, data: {a: '1'}}", name))
                .expect(201);
    }

    @Test
    void yamlIsReadAndWritten() throws Exception {
        Reply created = admin.with("accept", Rest.YAML)
                .post(configMaps, Rest.YAML, "metadata:\n  name: a\ndata:\n  port: '80'\n")
                .expect(201);
        assertThat(created.header("content-type")).isEqualTo("application/yaml");
        assertThat(created.text()).contains("apiVersion: v1\n").contains("data:\n  port: \"80\"\n");
        assertThat(admin.get(configMaps + "/a").at("/data/port")).isEqualTo("80");
    }

    @Test
    void protobufIsReadAndWritten() throws Exception {
        create("a");
        Reply stored = admin.get(configMaps + "/a", "accept", Rest.PROTOBUF).expect(200);
        assertThat(stored.header("content-type")).isEqualTo(Rest.PROTOBUF);
        assertThat(stored.body()).startsWith('k', '8', 's', 0);
        // The same bytes make another object when only name and version are changed in them.
        byte[] body = new String(stored.body(), StandardCharsets.ISO_8859_1)
                .replace("\n\1a\22\0", "\n\1b\22\0")
                .getBytes(StandardCharsets.ISO_8859_1);
        assertThat(body).isNotEqualTo(stored.body());
        admin.delete(configMaps + "/a").expect(200);
        admin.send("POST", configMaps, body, "content-type", Rest.PROTOBUF)
                .refused(500, "", "resourceVersion should not be set on objects to be created");
    }

    @Test
    void anObjectReadAsProtobufReplacesItselfAsProtobuf() throws Exception {
        create("a");
        Reply stored = admin.get(configMaps + "/a", "accept", Rest.PROTOBUF).expect(200);
        byte[] body = new String(stored.body(), StandardCharsets.ISO_8859_1)
                .replace("\n\1a\22\0011", "\n\1a\22\0012")
                .getBytes(StandardCharsets.ISO_8859_1);
        Reply replaced = admin.send("PUT", configMaps + "/a", body, "content-type", Rest.PROTOBUF, "accept", Rest.JSON)
                .expect(200);
        assertThat(replaced.at("/data/a")).isEqualTo("2");
    }

    @Test
    void listsComeAsProtobufAndYaml() throws Exception {
        create("a");
        create("b");
        Reply protobuf = admin.get(configMaps, "accept", Rest.PROTOBUF + ", application/json")
                .expect(200);
        assertThat(protobuf.header("content-type")).isEqualTo(Rest.PROTOBUF);
        assertThat(protobuf.text()).startsWith("k8s\0").contains("ConfigMapList");
        Reply yaml = admin.get(configMaps, "accept", Rest.YAML).expect(200);
        assertThat(yaml.text()).contains("kind: ConfigMapList").contains("  name: b");
    }

    @Test
    void errorsComeInTheEncodingThatTheClientAccepts() throws Exception {
        Reply protobuf =
                admin.get(configMaps + "/none", "accept", Rest.PROTOBUF).expect(404);
        assertThat(protobuf.header("content-type")).isEqualTo(Rest.PROTOBUF);
        assertThat(protobuf.text()).startsWith("k8s\0").contains("configmaps \"none\" not found");
        Reply yaml = admin.get(configMaps + "/none", "accept", Rest.YAML).expect(404);
        assertThat(yaml.text()).contains("kind: Status").contains("reason: NotFound");
        Reply cbor = admin.get(configMaps + "/none", "accept", "application/cbor, application/json")
                .expect(404);
        assertThat(cbor.header("content-type")).isEqualTo(Rest.JSON);
    }

    @Test
    void whatTheClientAcceptsAndWeCannotGiveIsRefused() throws Exception {
        for (String accept : new String[] {CBOR, "text/html", "application/cbor;q=1"}) {
            admin.get(configMaps, "accept", accept).refused(406, "NotAcceptable", NOT_ACCEPTABLE);
        }
        admin.get(configMaps, "accept", "text/html, */*").expect(200);
        admin.get(configMaps + "?watch=true&timeoutSeconds=1", "accept", CBOR)
                .refused(
                        406,
                        "NotAcceptable",
                        "only the following media types are accepted: application/json;stream=watch,"
                                + " application/vnd.kubernetes.protobuf;stream=watch");
    }

    @Test
    void bodiesOfUnknownFormatAreRefused() throws Exception {
        for (String type : new String[] {CBOR, "text/plain", "application/x-www-form-urlencoded"}) {
            admin.post(configMaps, type, "{}").refused(415, "UnsupportedMediaType", UNKNOWN_FORMAT);
        }
        create("a");
        admin.send("PATCH", configMaps + "/a", "{}".getBytes(StandardCharsets.UTF_8), "content-type", Rest.JSON)
                .refused(
                        415,
                        "UnsupportedMediaType",
                        "the body of the request was in an unknown format - accepted media types include:"
                                + " application/json-patch+json, application/merge-patch+json,"
                                + " application/strategic-merge-patch+json, application/apply-patch+yaml");
    }

    @Test
    void aContentTypeMayCarryParameters() throws Exception {
        admin.post(configMaps, "application/json; charset=utf-8", "{\"metadata\":{\"name\":\"a\"}}")
                .expect(201);
    }

    @Test
    void longListsAreCompressedForClientsThatAsk() throws Exception {
        String filler = "x".repeat(200_000);
        admin.post(configMaps, Json.object("{metadata: {name: 'a'}, data: {a: '%s'}}", filler))
                .expect(201);
        Reply list = admin.get(configMaps, "accept-encoding", "gzip").expect(200);
        assertThat(list.header("content-encoding")).isEqualTo("gzip");
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(list.body()))) {
            assertThat(Json.parse(in.readAllBytes()).at("/items/0/data/a").asText())
                    .isEqualTo(filler);
        }
        Reply object = admin.get(configMaps + "/a", "accept-encoding", "gzip").expect(200);
        assertThat(object.header("content-encoding")).isEqualTo("gzip");
        assertThat(admin.get(configMaps).expect(200).header("content-encoding")).isEmpty();
    }

    @Test
    void unknownAndRepeatedFieldsAreWarnedOfByDefault() throws Exception {
        String body = "{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"1\"},\"data\":{\"k\":\"2\"},\"bogus\":1}";
        Reply created = admin.post(configMaps, Rest.JSON, body).expect(201);
        assertThat(created.warnings())
                .containsExactlyInAnyOrder(
                        "299 - \"duplicate field \\\"data\\\"\"", "299 - \"unknown field \\\"bogus\\\"\"");
        assertThat(created.at("/data/k")).isEqualTo("2");
        assertThat(created.json().has("bogus")).isFalse();
    }

    @Test
    void unknownAndRepeatedFieldsAreRefusedWhenStrict() throws Exception {
        String body = "{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"1\"},\"data\":{\"k\":\"2\"},\"bogus\":1}";
        admin.post(configMaps + "?fieldValidation=Strict", Rest.JSON, body)
                .refused(
                        400,
                        "BadRequest",
                        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error:"
                                + " duplicate field \"data\", unknown field \"bogus\"");
        admin.post(configMaps + "?fieldValidation=Strict", Rest.YAML, "metadata:\n  name: a\nspec: {}\n")
                .refused(
                        400,
                        "BadRequest",
                        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error:"
                                + " unknown field \"spec\"");
        admin.get(configMaps + "/a").expect(404);
    }

    @Test
    void unknownFieldsAreIgnoredOnRequest() throws Exception {
        Reply created = admin.post(
                        configMaps + "?fieldValidation=Ignore", Json.object("{metadata: {name: 'a'}, bogus: 1}"))
                .expect(201);
        assertThat(created.warnings()).isEmpty();
    }

    @Test
    void unknownFieldsOfPatchesAreToldWithTheirPath() throws Exception {
        create("a");
        assertThat(admin.patch(configMaps + "/a", Rest.MERGE_PATCH, "{metadata: {bogus: 1}}")
                        .expect(200)
                        .warnings())
                .containsExactly("299 - \"unknown field \\\"metadata.bogus\\\"\"");
        admin.patch(configMaps + "/a?fieldValidation=Strict", Rest.STRATEGIC_PATCH, "{metadata: {bogus: 1}}")
                .refused(
                        422,
                        "Invalid",
                        " \"\" is invalid: patch: Invalid value: \"map[metadata:map[bogus:1]]\": strict decoding error:"
                                + " unknown field \"metadata.bogus\"");
        assertThat(admin.patch(configMaps + "/a", Rest.MERGE_PATCH, "{data: {a: 7}}")
                        .expect(422)
                        .at("/message"))
                .startsWith(" \"\" is invalid: patch: Invalid value: \"{\\\"kind\\\":\\\"ConfigMap\\\"")
                .endsWith("json: cannot unmarshal number into Go struct field ConfigMap.data of type string");
    }

    @Test
    void optionsWithUnknownValuesAreInvalid() throws Exception {
        String refusal = " \"\" is invalid: fieldValidation: Unsupported value: \"Maybe\": supported values: \"\","
                + " \"Ignore\", \"Strict\", \"Warn\"";
        admin.post(configMaps + "?fieldValidation=Maybe", Json.object("{metadata: {name: 'a'}}"))
                .refused(422, "Invalid", "CreateOptions.meta.k8s.io" + refusal);
        create("b");
        admin.put(configMaps + "/b?fieldValidation=Maybe", Json.object("{metadata: {name: 'b'}}"))
                .refused(422, "Invalid", "UpdateOptions.meta.k8s.io" + refusal);
        admin.patch(configMaps + "/b?fieldValidation=Maybe", Rest.MERGE_PATCH, "{}")
                .refused(422, "Invalid", "PatchOptions.meta.k8s.io" + refusal);
        admin.post(configMaps + "?dryRun=Some", Json.object("{metadata: {name: 'a'}}"))
                .refused(
                        422,
                        "Invalid",
                        "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported"
                                + " values: \"All\"");
        admin.patch(configMaps + "/b?force=true", Rest.MERGE_PATCH, "{}")
                .refused(
                        422,
                        "Invalid",
                        "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for"
                                + " non-apply patch");
    }

    @Test
    void dryRunsAnswerAsIfAndStoreNothing() throws Exception {
        Reply pretended = admin.post(configMaps + "?dryRun=All", Json.object("{metadata: {generateName: 'a-'}}"))
                .expect(201);
        assertThat(pretended.at("/metadata/uid")).isNotEmpty();
        assertThat(pretended.name()).startsWith("a-").hasSize(7);
        assertThat(pretended.resourceVersion()).isEmpty();
        assertThat(admin.get(configMaps).names()).isEmpty();
        String version = create("b").resourceVersion();
        assertThat(admin.patch(configMaps + "/b?dryRun=All", Rest.MERGE_PATCH, "{data: {a: '2'}}")
                        .expect(200)
                        .at("/data/a"))
                .isEqualTo("2");
        assertThat(admin.delete(configMaps + "/b?dryRun=All").expect(200).at("/status"))
                .isEqualTo("Success");
        admin.delete(configMaps + "/b", "{dryRun: ['All']}").expect(200);
        assertThat(admin.get(configMaps + "/b").expect(200).resourceVersion()).isEqualTo(version);
    }

    @Test
    void prettyAnswersAreIndented() throws Exception {
        create("a");
        assertThat(admin.get(configMaps + "/a?pretty=true").text()).startsWith("{\n  \"kind\": \"ConfigMap\",\n");
        assertThat(admin.get(configMaps + "/a").text()).startsWith("{\"kind\":\"ConfigMap\",");
        assertThat(admin.get(configMaps + "/a", "user-agent", "curl/8.5").text())
                .startsWith("{\n  \"kind\"");
        assertThat(admin.get(configMaps + "/a?pretty=false", "user-agent", "curl/8.5")
                        .text())
                .startsWith("{\"kind\"");
        assertThat(admin.get(configMaps + "?pretty=1").text()).startsWith("{\n  \"kind\": \"ConfigMapList\",\n");
        assertThat(admin.get(configMaps + "/none?pretty=1").text()).startsWith("{\n  \"kind\": \"Status\",\n");
    }

    @Test
    void whatIsOnlySentHasNoTable() throws Exception {
        String reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        String review = "{spec: {nonResourceAttributes: {path: '/', verb: 'get'}}}";
        admin.post(reviews, Json.object(review), "accept", Rest.TABLE).expect(406);
        assertThat(admin.post(reviews, Json.object(review), "accept", Rest.TABLE + ",application/json")
                        .expect(201)
                        .at("/kind"))
                .isEqualTo("SelfSubjectAccessReview");
    }

    /** Lists are put together of their items; that must not be seen. */
    @Test
    void listsForPeopleLookAsIfTheyWereWrittenInOneGo() throws Exception {
        String table = "application/json;as=Table;v=v1;g=meta.k8s.io";
        for (int i = 0; i < 3; i++) {
            for (String query : List.of("", "&fieldSelector=metadata.name=none")) {
                String plain = configMaps + "?pretty=0" + query;
                for (String accepted : List.of("application/json", table)) {
                    looksLike(plain, accepted, configMaps + "?pretty=1" + query, accepted, JsonCodec::encodePretty);
                }
                looksLike(plain, "application/json", plain, "application/yaml", YamlCodec::encode);
            }
            admin.post(
                            configMaps,
                            Json.object(
                                    "{metadata: {name: 'm%s'}, data: {'lines': 'a\\n\\n  b\\n', 'last': '\\n', 'none': ''}}",
                                    i))
                    .expect(201);
        }
    }

    /** Compares what is read one after the other, until nobody writes and no object grows older in between. */
    private void looksLike(
            String path, String accepted, String shownPath, String shownAccepted, Function<JsonNode, byte[]> form) {
        Awaitility.await().pollDelay(Duration.ZERO).untilAsserted(() -> {
            byte[] plain = text(path, accepted);
            assertThat(text(shownPath, shownAccepted))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo(new String(form.apply(JsonCodec.decodeAny(plain)), StandardCharsets.UTF_8));
        });
    }

    private byte[] text(String path, String accepted) throws Exception {
        return admin.get(path, "accept", accepted).expect(200).text().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void http1AnswersTheSame() throws Exception {
        create("a");
        Rest http1 = cluster.overHttp1();
        assertThat(http1.get(configMaps + "/a").expect(200).json())
                .isEqualTo(admin.get(configMaps + "/a").json());
        http1.send("HEAD", configMaps + "/a", new byte[0]).expect(200);
        http1.get(configMaps + "/none").refused(404, "NotFound", "configmaps \"none\" not found");
    }
}
