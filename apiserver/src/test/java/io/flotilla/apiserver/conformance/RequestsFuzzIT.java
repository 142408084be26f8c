package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is asked of the server over the wire, it does not fail, and what it stores it can read back. A request is its
 * method, media type and path on one line, then its body.
 */
@ExtendWith(Cluster.class)
class RequestsFuzzIT {
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");
    private static final List<String> MEDIA_TYPES = List.of(
            Rest.JSON,
            Rest.YAML,
            Rest.PROTOBUF,
            Rest.JSON_PATCH,
            Rest.MERGE_PATCH,
            Rest.STRATEGIC_PATCH,
            Rest.APPLY_PATCH);
    private static final String SPACE = "/api/v1/namespaces/default";

    private final Cluster.Running cluster;

    RequestsFuzzIT(Cluster.Running cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    static void makeAnObject(Cluster.Running cluster) throws Exception {
        cluster.admin()
                .post(
                        SPACE + "/configmaps",
                        Json.object("{metadata: {name: 'fuzzed', labels: {a: 'b'}}, data: {c: 'd'}}"))
                .expect(201);
    }

    private static byte[] request(int method, int mediaType, String path, String body) {
        return ((char) method + "" + (char) mediaType + path + "\n" + body).getBytes(StandardCharsets.UTF_8);
    }

    static Stream<byte[]> requests() {
        String map = SPACE + "/configmaps/fuzzed";
        return Stream.of(
                request(0, 0, "/api/v1/pods?labelSelector=a%3Db&limit=5", ""),
                request(0, 0, "/apis/apps/v1/deployments?continue=e30&resourceVersion=1", ""),
                request(0, 1, map + "?pretty=1", ""),
                request(0, 0, "/openapi/v3/apis/apps/v1", ""),
                request(0, 0, "/readyz/etcd?verbose", ""),
                request(1, 0, SPACE + "/configmaps?dryRun=All", "{\"metadata\":{\"generateName\":\"x\"}}"),
                request(1, 1, SPACE + "/configmaps", "metadata:\n  generateName: y\ndata:\n  a: |\n    b\n"),
                request(1, 2, SPACE + "/configmaps", "k8s\0\n\017\n\002v1\022\tConfigMap\022\006\n\004\n\002pb"),
                request(1, 0, SPACE + "/pods/x/binding", "{\"target\":{\"name\":\"n\"}}"),
                request(
                        1,
                        0,
                        SPACE + "/services?fieldValidation=Strict",
                        "{\"metadata\":{\"generateName\":\"s\"},\"spec\":{\"ports\":[{\"port\":80}]}}"),
                request(
                        1,
                        0,
                        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                        "{\"spec\":{\"resourceAttributes\":{\"verb\":\"get\"}}}"),
                request(2, 0, map, "{\"metadata\":{\"name\":\"fuzzed\"},\"data\":{\"e\":\"\\ud800\"}}"),
                request(3, 3, map, "[{\"op\":\"add\",\"path\":\"/data/x\",\"value\":\"y\"}]"),
                request(3, 4, map, "{\"metadata\":{\"annotations\":{\"a\":\"b\"}}}"),
                request(3, 5, map, "{\"data\":{\"$patch\":\"replace\",\"q\":\"r\"}}"),
                request(
                        3,
                        6,
                        map + "?fieldManager=f&force=1",
                        "{apiVersion: v1, kind: ConfigMap, data: {applied: 'yes'}}"),
                request(4, 0, SPACE + "/configmaps/none", "{\"gracePeriodSeconds\":0}"),
                request(4, 0, SPACE + "/pods?labelSelector=none%3Dhere&propagationPolicy=Foreground", ""));
    }

    @MethodSource
    @FuzzTest
    void requests(byte[] input) throws Exception {
        int newline = 2;
        while (newline < input.length && input[newline] != '\n') {
            newline++;
        }
        if (newline < 3 || newline >= input.length) {
            return;
        }
        String method = METHODS.get((input[0] & 0xff) % METHODS.size());
        String mediaType = MEDIA_TYPES.get((input[1] & 0xff) % MEDIA_TYPES.size());
        String path = path(Arrays.copyOfRange(input, 2, newline));
        byte[] body = Arrays.copyOfRange(input, newline + 1, input.length);
        // A watch, log or session lasts as long as it likes; a namespace that goes takes what others test with it.
        boolean lasting = path.contains("atch") || path.contains("log") || path.contains("follow");
        if (lasting || (method.equals("DELETE") && !path.startsWith(SPACE + "/"))) {
            return;
        }
        Reply reply = cluster.overHttp1().send(method, path, body, "content-type", mediaType);
        if (!untyped(reply)) {
            assertThat(reply.code())
                    .as("%s %s: %s", method, path, reply.text())
                    .satisfiesAnyOf(
                            code -> assertThat(code).isLessThan(500),
                            code -> assertThat(path).contains("/proxy"),
                            // That something is not well is what was asked for.
                            code -> assertThat(reply.text()).endsWith("z check failed\n"));
        }
        if (reply.code() < 300 && !path.contains("dryRun") && mediaType.endsWith("json")) {
            isReadBack(method, path, reply);
        }
    }

    private void isReadBack(String method, String path, Reply reply) throws Exception {
        if (method.equals("DELETE")
                || reply.header("content-type").isEmpty()
                || !reply.text().startsWith("{")) {
            return;
        }
        String base = path.indexOf('?') < 0 ? path : path.substring(0, path.indexOf('?'));
        String name = reply.name();
        if (!name.isEmpty() && base.startsWith(SPACE + "/configmaps")) {
            for (String accept : new String[] {Rest.JSON, Rest.YAML, Rest.PROTOBUF, Rest.TABLE}) {
                cluster.overHttp1()
                        .get(SPACE + "/configmaps/" + name, "accept", accept)
                        .expect(200);
            }
        }
    }

    /** Kubernetes tells of applied configurations that do not fit their type with 500. */
    private static boolean untyped(Reply reply) {
        return reply.code() == 500 && reply.text().contains("failed to create typed patch object");
    }

    /** What a URI may hold is kept, the rest escaped. */
    private static String path(byte[] raw) {
        StringBuilder path = new StringBuilder();
        for (byte each : raw) {
            char c = (char) (each & 0xff);
            boolean kept = c < 0x80 && (Character.isLetterOrDigit(c) || "/?=&-._~".indexOf(c) >= 0);
            path.append(kept ? String.valueOf(c) : "%%%02X".formatted((int) c));
        }
        return path.indexOf("/") == 0 ? path.toString() : "/" + path;
    }
}
