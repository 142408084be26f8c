package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is too much of something is refused with what was too much, and what is only much is stored and read back. */
@ExtendWith(Cluster.class)
class ExtremesIT {
    private final Cluster.Running cluster;
    private final Rest admin;
    private String maps = "";

    ExtremesIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        maps = "/api/v1/namespaces/" + cluster.namespace() + "/configmaps";
    }

    private void makeMap() throws Exception {
        admin.post(maps, Json.object("{metadata: {name: 'a'}, data: {k: 'v'}}")).expect(201);
    }

    private Reply patch(String path, String type, String patch) throws Exception {
        return admin.send("PATCH", maps + path, patch.getBytes(StandardCharsets.UTF_8), "content-type", type);
    }

    private static void isRefused(Reply reply, String why) {
        reply.expect(400);
        assertThat(reply.at("/kind")).isEqualTo("Status");
        assertThat(reply.at("/message")).contains(why);
    }

    @Test
    void aMillionOperationsAreTooMany() throws Exception {
        makeMap();
        String patch = "[" + "{},".repeat(999_999) + "{}]";
        admin.patch(maps + "/a", Rest.JSON_PATCH, patch)
                .refused(
                        413,
                        "RequestEntityTooLarge",
                        "Request entity too large: The allowed maximum operations in a JSON patch is 10000,"
                                + " got 1000000");
    }

    @Test
    void copiesOfCopiesDoNotGrowWithoutBound() throws Exception {
        makeMap();
        String doubling = IntStream.range(0, 40)
                .mapToObj(i -> "{\"op\":\"copy\",\"from\":\"/data\",\"path\":\"/data/x" + i + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
        Reply reply = admin.patch(maps + "/a", Rest.JSON_PATCH, doubling).expect(422);
        assertThat(reply.at("/message")).isEqualTo("the server rejected our request due to an error in our request");
    }

    @Test
    void movesIntoTheDepthEndInTime() throws Exception {
        makeMap();
        String deep = "{\"a\":".repeat(400) + "1" + "}".repeat(400);
        String patch = IntStream.range(0, 1_000)
                .mapToObj(i -> "{\"op\":\"add\",\"path\":\"/x" + i + "\",\"value\":%s},".formatted(i == 0 ? deep : "{}")
                        + "{\"op\":\"move\",\"from\":\"/x0\",\"path\":\"/y\"},"
                        + "{\"op\":\"add\",\"path\":\"/x0\",\"value\":{}},"
                        + "{\"op\":\"move\",\"from\":\"/y\",\"path\":\"/x0/y\"}")
                .collect(Collectors.joining(",", "[", "]"));
        Reply reply = patch("/a", Rest.JSON_PATCH, patch).expect(422);
        assertThat(reply.at("/message")).isEqualTo("the server rejected our request due to an error in our request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void bodiesHaveALimit(String method) throws Exception {
        byte[] body = new byte[3 * 1024 * 1024 + 1];
        Arrays.fill(body, (byte) ' ');
        String type = method.equals("PATCH") ? Rest.MERGE_PATCH : Rest.JSON;
        for (Rest client : new Rest[] {admin, cluster.overHttp1()}) {
            client.send(method, method.equals("POST") ? maps : maps + "/a", body, "content-type", type)
                    .refused(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Rest.JSON_PATCH, Rest.MERGE_PATCH, Rest.STRATEGIC_PATCH})
    void deepPatchesAreRefused(String type) throws Exception {
        makeMap();
        isRefused(patch("/a", type, "{\"a\":".repeat(100_000)), "exceeded max depth");
    }

    @Test
    void whatIsDeepInAnotherWayIsRefused() throws Exception {
        isRefused(admin.post(maps, Rest.YAML, "a:\n" + " - ".repeat(2_000) + "b"), "max depth");
        makeMap();
        isRefused(patch("/a?fieldManager=f", Rest.APPLY_PATCH, "{a: ".repeat(20_000)), "max depth");
        String nested = "{\"type\":\"object\",\"properties\":{\"a\":".repeat(400);
        admin.post(
                        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                        Rest.JSON,
                        "{\"spec\":{\"versions\":[{\"schema\":{\"openAPIV3Schema\":" + nested)
                .expect(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999999999999999999", "-9223372036854775809", "1e400", "1.5"})
    void numbersThatDoNotFitAreRefused(String number) throws Exception {
        String seconds = "{\"metadata\":{\"name\":\"a\",\"deletionGracePeriodSeconds\":" + number + "}}";
        Reply reply = admin.post(maps, Rest.JSON, seconds).expect(400);
        assertThat(reply.at("/message")).contains("json: cannot unmarshal number " + number + " into Go ");
    }

    @Test
    void bigMapsAreStoredAndReadBack() throws Exception {
        String data = IntStream.range(0, 20_000)
                .mapToObj(i -> "\"key-" + i + "\":\"v\"")
                .collect(Collectors.joining(","));
        admin.post(maps, Rest.JSON, "{\"metadata\":{\"name\":\"big\"},\"data\":{" + data + "}}")
                .expect(201);
        for (String accept : new String[] {Rest.JSON, Rest.YAML, Rest.PROTOBUF}) {
            admin.get(maps + "/big", "accept", accept).expect(200);
        }
        assertThat(admin.get(maps + "/big").json().path("data")).hasSize(20_000);
    }

    @Test
    void repeatedFieldsAreToldOrRefused() throws Exception {
        String twice = "{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"1\",\"k\":\"2\"}}";
        Reply told = admin.post(maps, Rest.JSON, twice).expect(201);
        assertThat(told.warnings()).containsExactly("299 - \"duplicate field \\\"data.k\\\"\"");
        assertThat(told.at("/data/k")).isEqualTo("2");
        Reply refused =
                admin.post(maps + "?fieldValidation=Strict", Rest.JSON, twice).expect(400);
        assertThat(refused.at("/message")).contains("strict decoding error: duplicate field \"data.k\"");
        String many = "{\"metadata\":{\"name\":\"b\"}" + ",\"data\":{}".repeat(10_000) + "}";
        assertThat(admin.post(maps, Rest.JSON, many).expect(201).warnings()).hasSizeLessThanOrEqualTo(100);
    }

    @Test
    void brokenUtf8IsRefusedOrMended() throws Exception {
        byte[] broken = "{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"\u00ff\u00fe\"}}"
                .getBytes(StandardCharsets.ISO_8859_1);
        for (String type : new String[] {Rest.JSON, Rest.YAML}) {
            Reply reply = admin.send("POST", maps, broken, "content-type", type);
            assertThat(reply.code()).as(reply.text()).isEqualTo(400);
        }
    }

    /** Go reads half a pair as the replacement character. */
    @Test
    void halfACharacterIsReplaced() throws Exception {
        String half = "{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"x\\ud800y\"}}";
        admin.post(maps, Rest.JSON, half).expect(201);
        for (String accept : new String[] {Rest.JSON, Rest.YAML, Rest.PROTOBUF}) {
            admin.get(maps + "/a", "accept", accept).expect(200);
        }
        assertThat(admin.get(maps + "/a").at("/data/k")).isEqualTo("x\ufffdy");
    }

    @Test
    void cutProtobufIsRefusedWhereverItIsCut() throws Exception {
        makeMap();
        byte[] whole = admin.get(maps + "/a", "accept", Rest.PROTOBUF).body();
        for (int length = 0; length < whole.length; length += 3) {
            Reply reply = admin.send("PUT", maps + "/a", Arrays.copyOf(whole, length), "content-type", Rest.PROTOBUF);
            assertThat(reply.code()).as("cut at %d: %s", length, reply.text()).isLessThan(500);
        }
        assertThat(admin.get(maps + "/a").at("/data/k")).isEqualTo("v");
    }

    @Test
    void aliasesDoNotMultiplyWithoutBound() throws Exception {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            String below = "*a" + (i - 1);
            bomb.append("a%d: &a%d [".formatted(i, i))
                    .append(IntStream.range(0, 10).mapToObj(_ -> below).collect(Collectors.joining(", ")))
                    .append("]\n");
        }
        isRefused(admin.post(maps, Rest.YAML, bomb.toString()), "document contains excessive aliasing");
    }
}
