package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.flotilla.apiserver.webhook.WebhookServer;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a collector hears of requests; what is left is sent when the server stops. */
@ExtendWith(Cluster.class)
@Timeout(600)
class TracingIT {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";
    private static final String TRACED = "00-" + TRACE + "-" + PARENT + "-01";
    private static final String CREATE = "POST /api/v1/namespaces/{:namespace}/configmaps";
    private static final String UNTRACED = "00-" + TRACE + "-" + PARENT + "-00";

    private final Cluster.Running cluster;

    @TempDir
    private Path directory;

    TracingIT(Cluster.Running cluster) {
        this.cluster = cluster;
    }

    private Cluster.Another server(String endpoint, int rate) throws Exception {
        return cluster.another(
                "--tracing-config-file=" + file("endpoint: " + endpoint + "\nsamplingRatePerMillion: " + rate));
    }

    private Path file(String fields) throws IOException {
        return Files.writeString(
                directory.resolve("tracing.yaml"),
                "apiVersion: apiserver.config.k8s.io/v1beta1\nkind: TracingConfiguration\n" + fields);
    }

    private static String id(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    private static String attribute(Span span, String key) {
        return span.getAttributesList().stream()
                .filter(each -> each.getKey().equals(key))
                .map(KeyValue::getValue)
                .map(value -> value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue())
                .findFirst()
                .orElse("");
    }

    private static Span named(List<Span> spans, String name) {
        return spans.stream()
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in "
                        + spans.stream().map(Span::getName).toList()));
    }

    @Test
    void aCreateIsToldFromTheRequestDownToEtcd() throws Exception {
        try (TraceCollector collector = new TraceCollector()) {
            String maps = "/api/v1/namespaces/" + cluster.namespace() + "/configmaps";
            String auditId;
            try (Cluster.Another server = server(collector.endpoint(), 0)) {
                auditId = server.client()
                        .post(maps + "?fieldManager=me", Json.object("{metadata: {name: 'a'}}"), "traceparent", TRACED)
                        .expect(201)
                        .headers()
                        .firstValue("audit-id")
                        .orElseThrow();
            }

            List<Span> spans = collector.spansWith(CREATE);
            assertThat(spans)
                    .allSatisfy(span -> assertThat(id(span.getTraceId())).isEqualTo(TRACE));
            Span request = named(spans, CREATE);
            assertThat(id(request.getParentSpanId())).isEqualTo(PARENT);
            assertThat(request.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
            assertThat(attribute(request, "http.request.method")).isEqualTo("POST");
            assertThat(attribute(request, "url.path")).isEqualTo(maps);
            assertThat(attribute(request, "http.target")).isEqualTo(maps + "?fieldManager=me");
            assertThat(attribute(request, "http.response.status_code")).isEqualTo("201");
            assertThat(attribute(request, "client.address")).isEqualTo("127.0.0.1");
            assertThat(attribute(request, "audit-id")).isEqualTo(auditId);
            Span create = named(spans, "Create");
            assertThat(create.getParentSpanId()).isEqualTo(request.getSpanId());
            Span etcd = named(spans, "Create etcd3");
            assertThat(etcd.getParentSpanId()).isEqualTo(create.getSpanId());
            assertThat(attribute(etcd, "key")).endsWith("/a");
            assertThat(named(spans, "authorization").getParentSpanId()).isEqualTo(create.getSpanId());
            assertThat(named(spans, "priorityandfairness").getParentSpanId()).isEqualTo(request.getSpanId());
            assertThat(named(spans, "authentication").getParentSpanId()).isEqualTo(request.getSpanId());
            assertThat(collector.received().getFirst().getResource().getAttributesList())
                    .anySatisfy(each -> {
                        assertThat(each.getKey()).isEqualTo("service.name");
                        assertThat(each.getValue().getStringValue()).isEqualTo("apiserver");
                    });
        }
    }

    @Test
    void webhooksArePartOfTheTrace() throws Exception {
        String namespace = cluster.namespace();
        String hooks = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
        try (TraceCollector collector = new TraceCollector();
                WebhookServer webhooks =
                        new WebhookServer(cluster.certificates().context(Optional.of("kube-apiserver")))) {
            ObjectNode configuration = Json.object("{metadata: {name: '%s'}}", namespace);
            for (String path : List.of("/one", "/two")) {
                webhooks.on(path, WebhookServer::allow);
                ObjectNode hook = Json.object(
                        "{name: '%s.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'], rules: [{operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps']}], namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': '%s'}}}",
                        path.substring(1), namespace);
                hook.putObject("clientConfig")
                        .put("url", webhooks.url(path))
                        .put(
                                "caBundle",
                                Files.readAllBytes(cluster.certificates().authority()));
                configuration.withArray("webhooks").add(hook);
            }
            try (Cluster.Another server = server(collector.endpoint(), 0)) {
                server.client().post(hooks, configuration).expect(201);
                server.client().get(hooks).expect(200);
                String maps = "/api/v1/namespaces/" + namespace + "/configmaps";
                server.client()
                        .post(maps, Json.object("{metadata: {name: 'a'}}"), "traceparent", TRACED)
                        .expect(201);
                server.client()
                        .post(maps, Json.object("{metadata: {name: 'b'}}"))
                        .expect(201);
                server.client().delete(hooks + "/" + namespace).expect(200);
                server.client().get(hooks).expect(200);
            }

            List<Span> spans = collector.spansWith(CREATE);
            Span create = named(spans, "Create");
            List<Span> calls = spans.stream()
                    .filter(each -> each.getName().equals("Call validating webhook"))
                    .toList();
            assertThat(calls)
                    .extracting(each -> attribute(each, "webhook"))
                    .containsExactlyInAnyOrder("one.example.com", "two.example.com");
            assertThat(calls).extracting(Span::getParentSpanId).containsOnly(create.getSpanId());
            assertThat(webhooks.traceparents().subList(0, 2))
                    .containsExactlyInAnyOrderElementsOf(calls.stream()
                            .map(each -> "00-" + TRACE + "-" + id(each.getSpanId()) + "-01")
                            .toList());
            assertThat(webhooks.traceparents().subList(2, 4)).containsOnly("null");
        }
    }

    @Test
    void withoutSamplingOnlyWhatTheClientTracesIsTold() throws Exception {
        try (TraceCollector collector = new TraceCollector()) {
            try (Cluster.Another server = server(collector.endpoint(), 0)) {
                server.client().get("/api/v1/namespaces/default").expect(200);
                server.client()
                        .get("/api/v1/namespaces", "traceparent", UNTRACED)
                        .expect(200);
                server.client().get("/api/v1/nodes", "traceparent", TRACED).expect(200);
            }

            assertThat(collector.spansWith("GET /api/v1/nodes"))
                    .extracting(Span::getName)
                    .contains("GET /api/v1/nodes", "List")
                    .noneMatch(name -> name.contains("namespaces"));
        }
    }

    @Test
    void whoIsNotBelievedBeginsATraceOfHisOwn() throws Exception {
        try (TraceCollector collector = new TraceCollector()) {
            try (Cluster.Another server = server(collector.endpoint(), 1_000_000)) {
                server.client()
                        .get("/api/v1/nodes/none", "traceparent", UNTRACED)
                        .expect(404);
                Rest.over(
                                cluster.certificates().context(Optional.of(Cluster.ALICE)),
                                server.server().restPort(),
                                HttpClient.Version.HTTP_2)
                        .get("/api/v1/namespaces/default/secrets/x", "traceparent", TRACED)
                        .expect(403);
            }

            String secret = "GET /api/v1/namespaces/{:namespace}/secrets/{:name}";
            List<Span> spans = collector.spansWith(secret);
            assertThat(spans).extracting(Span::getName).noneMatch(name -> name.contains("nodes"));
            Span request = named(spans, secret);
            assertThat(id(request.getTraceId())).isNotEqualTo(TRACE);
            assertThat(request.getParentSpanId()).isEqualTo(ByteString.EMPTY);
            assertThat(request.getLinksList()).singleElement().satisfies(link -> {
                assertThat(id(link.getTraceId())).isEqualTo(TRACE);
                assertThat(id(link.getSpanId())).isEqualTo(PARENT);
            });
        }
    }

    @Test
    void aDeadCollectorDoesNoHarm() throws Exception {
        String endpoint;
        try (TraceCollector collector = new TraceCollector()) {
            endpoint = collector.endpoint();
        }
        try (Cluster.Another server = server(endpoint, 1_000_000)) {
            for (int i = 0; i < 100; i++) {
                server.client().get("/api/v1/namespaces/default").expect(200);
            }
        }
    }

    @Test
    void aServerWithABadFileDoesNotStart() throws Exception {
        Path bad = file("samplingRatePerMillion: -1");
        assertThatThrownBy(() -> cluster.another("--tracing-config-file=" + bad))
                .hasStackTraceContaining("failed to validate tracing configuration: samplingRatePerMillion: "
                        + "Invalid value: -1: sampling rate must be positive");
    }
}
