package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes in, the answer is a Status of the client's fault, and nothing tells how the server is made. */
@ExtendWith(Cluster.class)
class BadInputIT {
    private final Cluster.Running cluster;
    private final Rest admin;
    private String space = "";

    BadInputIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        space = "/api/v1/namespaces/" + cluster.namespace();
    }

    private static void isTheClientsFault(Reply reply) {
        assertThat(reply.code()).as(reply.text()).isBetween(400, 499);
        assertThat(reply.text())
                .contains("\"kind\":\"Status\"")
                .doesNotContain("Exception", "\tat ", "io.flotilla", "java.", "jackson");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "7",
                "\"text\"",
                "{\"metadata\":7}",
                "{\"metadata\":[]}",
                "{\"metadata\":{\"name\":7}}",
                "{\"metadata\":{\"name\":\"a\",\"labels\":[\"x\"]}}",
                "{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":7}}}",
                "{\"metadata\":{\"name\":\"a\",\"labels\":{\"-x-\":\"y\"}}}",
                "{\"metadata\":{\"name\":\"a\",\"ownerReferences\":[{}]}}",
                "{\"metadata\":{\"name\":\"a\",\"finalizers\":[\"x y\"]}}",
                "{\"metadata\":{\"name\":\"../b\"}}",
                "{\"metadata\":{\"name\":\"a/b\"}}",
                "{\"metadata\":{\"name\":\"a\"},\"data\":\"x\"}",
                "{\"metadata\":{\"name\":\"a\"},\"data\":{\"x\":{}}}",
                "{\"metadata\":{\"name\":\"a\"},\"binaryData\":{\"x\":\"*\"}}",
                "{\"metadata\":{\"name\":\"a\"}} trailing",
                "{\"metadata\":{\"name\":\"a\",\"creationTimestamp\":\"yesterday\"}}",
                "{\"metadata\":{\"name\":\"a\",\"generation\":1e400}}",
                "{\"kind\":\"Nonsense\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\"}}",
                "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v9/x/y\",\"metadata\":{\"name\":\"a\"}}",
                "<html>",
                "\u0000\u0001\u0002"
            })
    void badJsonIsRefused(String body) throws Exception {
        isTheClientsFault(admin.post(space + "/configmaps", Rest.JSON, body));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: b: c",
                "- a\n- b",
                "metadata:\n  name: [",
                "&a [*a]",
                "metadata: !!java.util.Date 5",
                "? [x]\n: y",
                "\tx: y",
                "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f]"
            })
    void badYamlIsRefused(String body) throws Exception {
        isTheClientsFault(admin.post(space + "/configmaps", Rest.YAML, body));
        admin.send(
                        "PATCH",
                        space + "/configmaps/z?fieldManager=m",
                        body.getBytes(StandardCharsets.UTF_8),
                        "content-type",
                        Rest.APPLY_PATCH)
                .expect(400);
    }

    @Test
    void badProtobufIsRefused() throws Exception {
        admin.post(space + "/configmaps", Json.object("{metadata: {name: 'a'}, data: {k: 'v'}}"))
                .expect(201);
        byte[] good =
                admin.get(space + "/configmaps/a", "accept", Rest.PROTOBUF).body();
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            byte[] bad = Arrays.copyOf(good, i % 4 == 0 ? random.nextInt(good.length) : good.length);
            for (int j = 0; j < 3 && bad.length > 0; j++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            Reply reply = admin.send("PUT", space + "/configmaps/a", bad, "content-type", Rest.PROTOBUF);
            assertThat(reply.code()).as(reply.text()).isLessThan(500);
        }
        assertThat(admin.get(space + "/configmaps/a").code()).isEqualTo(200);
    }

    @Test
    void deepAndLongThingsAreRefused() throws Exception {
        isTheClientsFault(admin.post(space + "/configmaps", Rest.JSON, "[".repeat(100_000)));
        isTheClientsFault(admin.post(space + "/configmaps", Rest.JSON, "{\"a\":".repeat(100_000)));
        isTheClientsFault(admin.post(space + "/configmaps", Rest.YAML, "[".repeat(100_000)));
        isTheClientsFault(admin.post(
                space + "/configmaps",
                Rest.JSON,
                "{\"metadata\":{\"name\":\"a\",\"generation\":" + "9".repeat(100_000) + "}}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?labelSelector=%00",
                "?labelSelector=a%20in%20(",
                "?labelSelector=((((",
                "?labelSelector=a%3Db%3Dc",
                "?labelSelector=a%3E%3Ex",
                "?fieldSelector=%3D%3D%3D",
                "?fieldSelector=metadata.name%3D%5C",
                "?limit=-1",
                "?limit=99999999999999999999",
                "?limit=1.5",
                "?resourceVersion=-1",
                "?resourceVersion=18446744073709551616",
                "?continue=%FF%FE",
                "?continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTUsInN0YXJ0IjoiLi4vLi4ifQ",
                "?timeoutSeconds=x&watch=1"
            })
    void badQueriesAreRefused(String query) throws Exception {
        isTheClientsFault(admin.get(space + "/pods" + query));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/namespaces/%2e%2e/pods/x",
                "/api/v1/namespaces/a%2Fb/pods/x",
                "/api/v1/namespaces/x/pods/%00",
                "/api/v1/namespaces/x/pods/a/status/more/and/more",
                "/api//v1//pods//",
                "/apis/apps/v1/namespaces",
                "/apis///",
                "/api/v1/namespaces/x/pods/%F0%28%8C%28",
                "/%",
                "/openapi/v3/../../etc/passwd",
                "//////"
            })
    void badPathsAreNoFaultOfTheServer(String path) throws Exception {
        String answer =
                RawConnection.exchange(cluster, "GET " + path + " HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        assertThat(answer).matches("(?s)HTTP/1\\.1 [234].*").doesNotContain("Exception", "\tat ", "io.flotilla");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rubbish\r\n\r\n",
                "GET / HTTP/9.9\r\nconnection: close\r\n\r\n",
                "GET /api/v1/pods HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\nconnection: close\r\n\r\n",
                "GET /api/v1/pods HTTP/1.1\r\nhost: x\r\nbroken header\r\nconnection: close\r\n\r\n",
                "BREW /api/v1/pods HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
                "POST /api/v1/namespaces HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nZZ\r\n"
            })
    void brokenHttpIsNoFaultOfTheServer(String request) throws Exception {
        String answer = RawConnection.exchange(cluster, request);
        assertThat(answer).doesNotContain("HTTP/1.1 5", "Exception", "\tat ", "io.flotilla");
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .until(() -> admin.get("/readyz").code() == 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {";", ";;", ",", ",;,", "/", "application/", ";as=Table"})
    void acceptingNothingIsAnswered(String accept) throws Exception {
        for (String path : new String[] {space, "/api", "/apis", "/openapi/v2", "/none"}) {
            Reply reply = admin.get(path, "accept", accept);
            assertThat(reply.code()).as("%s: %s", path, reply.text()).isLessThan(500);
        }
    }

    @Test
    void veryLongHeadersAndPathsAreRefused() throws Exception {
        String path = RawConnection.exchange(
                cluster, "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        assertThat(path).startsWith("HTTP/1.1 431 ");
        String header = RawConnection.exchange(
                cluster,
                "GET /version HTTP/1.1\r\nhost: x\r\nx: " + "a".repeat(100_000) + "\r\nconnection: close\r\n\r\n");
        assertThat(header).startsWith("HTTP/1.1 431 ");
        admin.get("/version").expect(200);
    }

    @Test
    void badOptionsOfDeletionsAreRefused() throws Exception {
        admin.post(space + "/configmaps", Json.object("{metadata: {name: 'a'}}"))
                .expect(201);
        for (String options : new String[] {
            "[]",
            "{kind: 'Pod', apiVersion: 'v1'}",
            "{gracePeriodSeconds: 'x'}",
            "{preconditions: 7}",
            "{dryRun: ['Some']}"
        }) {
            isTheClientsFault(admin.delete(space + "/configmaps/a", options));
        }
        isTheClientsFault(admin.delete(space + "/configmaps/a?gracePeriodSeconds=x"));
        admin.get(space + "/configmaps/a").expect(200);
    }

    @Test
    void kindsFindTheirOwnFaults() throws Exception {
        for (String kind : new String[] {
            "pods",
            "services",
            "secrets",
            "persistentvolumeclaims",
            "replicationcontrollers",
            "limitranges",
            "resourcequotas",
            "events",
            "endpoints"
        }) {
            for (String body : new String[] {
                "{metadata: {name: 'x'}, spec: {}, type: 7}",
                "{metadata: {name: 'x', deletionTimestamp: 7}}",
                "{spec: [[[]]]}",
                "{metadata: {name: 'x'}, spec: {containers: [{}], ports: [{}], selector: 7}}"
            }) {
                Reply reply = admin.post(space + "/" + kind, Json.object(body));
                assertThat(reply.code()).as("%s %s", kind, reply.text()).isLessThan(500);
            }
        }
    }

    @Test
    void whatIsAskedOfALogIsCheckedFirst() throws Exception {
        String log = "/api/v1/namespaces/default/pods/nobody/log";
        admin.get(log + "?tailLines=-1&limitBytes=0&sinceSeconds=0")
                .refused(
                        422,
                        "Invalid",
                        "PodLogOptions \"nobody\" is invalid: [tailLines: Invalid value: -1: must be greater than or"
                                + " equal to 0, limitBytes: Invalid value: 0: must be greater than 0, sinceSeconds:"
                                + " Invalid value: 0: must be greater than 0]");
        assertThat(admin.get(log + "?sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z")
                        .expect(422)
                        .at("/message"))
                .endsWith("at most one of `sinceTime` or `sinceSeconds` may be specified");
        admin.get(log + "?tailLines=0").expect(404);
    }
}
