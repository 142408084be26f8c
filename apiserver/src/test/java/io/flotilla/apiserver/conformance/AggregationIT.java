package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an extension server serves is part of the API, and what becomes of that when the server dies. */
@ExtendWith(Cluster.class)
class AggregationIT {
    private static final String SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Cluster.Running cluster;
    private final Rest admin;
    private final String group = "fish" + NUMBER.incrementAndGet() + ".example.com";
    private final String name = "v1." + group;
    private String namespace = "";
    private Optional<ExtensionServer> extension = Optional.empty();

    AggregationIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        namespace = cluster.namespace();
    }

    @AfterEach
    void forget() throws Exception {
        admin.delete(SERVICES + "/" + name);
        extension.ifPresent(ExtensionServer::close);
        // Whoever reads all that is listed is not to find what is about to go.
        Awaitility.await().until(() -> admin.get("/apis/" + group).code() == 404);
    }

    /** Starts an extension server behind a service, certified for the service's name. */
    private ExtensionServer extension() throws Exception {
        String identity = "fish-" + namespace;
        cluster.certificates().issue(identity, List.of(), "fish." + namespace + ".svc");
        ExtensionServer started =
                new ExtensionServer(group, cluster.certificates().context(Optional.of(identity)));
        extension = Optional.of(started);
        return started;
    }

    private void expose(int port) throws Exception {
        service();
        slice(Json.object(
                "{ports: [{name: 'https', port: %s, protocol: 'TCP'}], endpoints: [{addresses: ['127.0.0.1'],"
                        + " conditions: {ready: true}}]}",
                port));
    }

    private void service() throws Exception {
        admin.post(
                        "/api/v1/namespaces/" + namespace + "/services",
                        Json.object("{metadata: {name: 'fish'}, spec: {ports: [{name: 'https', port: 443}]}}"))
                .expect(201);
    }

    /** Endpoints on the loopback are for clusters that live there: a server that believes itself in one takes them. */
    private void slice(ObjectNode more) throws Exception {
        ObjectNode slice = Json.object(
                "{metadata: {name: 'fish', labels: {'kubernetes.io/service-name': 'fish'}}, addressType: 'IPv4',"
                        + " endpoints: []}");
        slice.setAll(more);
        try (Cluster.Another loopback = cluster.another("--service-cluster-ip-range=127.96.0.0/16")) {
            loopback.client()
                    .post("/apis/discovery.k8s.io/v1/namespaces/" + namespace + "/endpointslices", slice)
                    .expect(201);
        }
    }

    private void register(String more, Object... arguments) throws Exception {
        ObjectNode spec = Json.object(
                "{group: '%s', version: 'v1', groupPriorityMinimum: 2000, versionPriority: 10,"
                        + " service: {namespace: '%s', name: 'fish'}}",
                group, namespace);
        spec.setAll(Json.object(more, arguments));
        ObjectNode object = Json.object("{metadata: {name: '%s'}}", name);
        object.set("spec", spec);
        admin.post(SERVICES, object).expect(201);
    }

    private String caBundle() throws Exception {
        return Base64.getEncoder()
                .encodeToString(Files.readAllBytes(cluster.certificates().authority()));
    }

    private ExtensionServer registered() throws Exception {
        ExtensionServer started = extension();
        expose(started.port());
        register("{caBundle: '%s'}", caBundle());
        await("Passed", "all checks passed");
        return started;
    }

    private JsonNode condition() throws Exception {
        return admin.get(SERVICES + "/" + name).json().at("/status/conditions/0");
    }

    private void await(String reason, String message) {
        Awaitility.await().untilAsserted(() -> {
            JsonNode condition = condition();
            assertThat(condition.path("reason").asText()).as("%s", condition).isEqualTo(reason);
            assertThat(condition.path("message").asText()).isEqualTo(message);
            assertThat(condition.path("type").asText()).isEqualTo("Available");
            assertThat(condition.path("status").asText()).isEqualTo(reason.equals("Passed") ? "True" : "False");
        });
    }

    @Test
    void builtInGroupsHaveLocalServices() throws Exception {
        Awaitility.await().untilAsserted(() -> {
            JsonNode apps = admin.get(SERVICES + "/v1.apps").json();
            assertThat(apps.at("/metadata/labels").toString())
                    .isEqualTo("{\"kube-aggregator.kubernetes.io/automanaged\":\"onstart\"}");
            assertThat(apps.at("/spec/groupPriorityMinimum").asInt()).isEqualTo(17_800);
            assertThat(apps.at("/spec/versionPriority").asInt()).isEqualTo(15);
            JsonNode condition = apps.at("/status/conditions/0");
            assertThat(condition.path("type").asText()).isEqualTo("Available");
            assertThat(condition.path("status").asText()).isEqualTo("True");
            assertThat(condition.path("reason").asText()).isEqualTo("Local");
            assertThat(condition.path("message").asText()).isEqualTo("Local APIServices are always available");
            assertThat(condition.path("lastTransitionTime").asText()).isNotEmpty();
        });
    }

    @Test
    void aDefinedGroupHasALocalServiceAsLongAsItIsDefined() throws Exception {
        String definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        admin.post(
                        definitions,
                        Json.object(
                                "{metadata: {name: 'boats.%s'}, spec: {group: '%s', scope: 'Namespaced',"
                                        + " names: {plural: 'boats', kind: 'Boat'}, versions: [{name: 'v1',"
                                        + " served: true, storage: true, schema: {openAPIV3Schema: {type: 'object'}}}]}}",
                                group, group))
                .expect(201);
        Awaitility.await().untilAsserted(() -> {
            JsonNode service = admin.get(SERVICES + "/" + name).json();
            assertThat(service.at("/metadata/labels").toString())
                    .isEqualTo("{\"kube-aggregator.kubernetes.io/automanaged\":\"true\"}");
            assertThat(service.at("/spec/groupPriorityMinimum").asInt()).isEqualTo(1000);
            assertThat(service.at("/spec/versionPriority").asInt()).isEqualTo(100);
            assertThat(service.at("/status/conditions/0/reason").asText()).isEqualTo("Local");
        });

        admin.delete(definitions + "/boats." + group).expect(200);
        Awaitility.await().until(() -> admin.get(SERVICES + "/" + name).code() == 404);
    }

    @Test
    void requestsAreAnsweredByTheExtensionServerInTheNameOfTheCaller() throws Exception {
        ExtensionServer server = registered();
        String path = "/apis/" + group + "/v1/namespaces/default/fish";

        Reply list = admin.get(path + "?limit=5", "X-Remote-User", "system:forged", "X-Remote-Extra-Scopes", "all")
                .expect(200);
        assertThat(list.names()).containsExactly("trout");
        ExtensionServer.Asked asked = server.asked(path);
        assertThat(asked.headers().get("X-Remote-User")).containsExactly("kubernetes-admin");
        assertThat(asked.headers().get("X-Remote-Group"))
                .containsExactlyInAnyOrder("system:masters", "system:authenticated");
        assertThat(asked.header("X-Remote-Extra-Scopes")).isEmpty();
        assertThat(asked.peer()).contains("CN=front-proxy-client");
        assertThat(asked.header("X-Forwarded-For")).contains("127.0.0.1");

        cluster.overHttp1().post(path, Json.object("{kind: 'Fish'}")).expect(201);
        assertThat(server.asked(path).method()).isEqualTo("POST");
        assertThat(server.asked(path).body()).isEqualTo("{\"kind\":\"Fish\"}");

        admin.get(path + "/pike").expect(404);
        cluster.as(Cluster.ALICE)
                .get(path)
                .refused(
                        403,
                        "Forbidden",
                        "fish." + group + " is forbidden: User \"alice\" cannot list resource \"fish\" in API group \""
                                + group + "\" in the namespace \"default\"");
    }

    @Test
    void aWatchIsPassedOnUntilTheClientGoes() throws Exception {
        ExtensionServer server = registered();
        try (Watch watch = admin.watch("/apis/" + group + "/v1/namespaces/default/fish?watch=true")) {
            watch.expect("ADDED", "trout-0");
            watch.expect("ADDED", "trout-1");
        }
        server.awaitEndOfWatch();
    }

    @Test
    void anUpgradedConnectionCarriesBytesBothWays() throws Exception {
        try (EchoServer echo = new EchoServer(cluster.certificates().context(Optional.of("kube-apiserver")))) {
            expose(echo.port());
            register("{insecureSkipTLSVerify: true}");
            await("Passed", "all checks passed");
            try (SSLSocket client = (SSLSocket) cluster.certificates()
                    .context(Optional.of(Cluster.ADMIN))
                    .getSocketFactory()
                    .createSocket("127.0.0.1", cluster.restPort())) {
                client.setSoTimeout(Cluster.PATIENCE_SECONDS * 1_000);
                EchoServer.write(
                        client,
                        "GET /apis/" + group + "/v1/namespaces/default/fish/trout/swim?far=1 HTTP/1.1\r\nHost: x\r\n"
                                + "Connection: Upgrade\r\nUpgrade: echo\r\nX-Remote-Group: forged\r\n\r\n");
                assertThat(EchoServer.head(client)).startsWith("HTTP/1.1 101 ");
                EchoServer.write(client, "ping");
                assertThat(client.getInputStream().readNBytes(4))
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo("ping");
            }
            assertThat(echo.upgrade())
                    .startsWith("GET /apis/" + group + "/v1/namespaces/default/fish/trout/swim?far=1 HTTP/1.1\r\n")
                    .contains("\r\nX-Remote-User: kubernetes-admin\r\n", "\r\nX-Remote-Group: system:masters\r\n")
                    .doesNotContain("forged");
            assertThat(echo.ends()).isTrue();
        }
    }

    @Test
    void theGroupIsDiscoveredAndDescribed() throws Exception {
        registered();
        Awaitility.await().untilAsserted(() -> {
            JsonNode found = version(admin.get("/apis", "accept", AGGREGATED));
            assertThat(found.path("freshness").asText()).isEqualTo("Current");
            assertThat(found.at("/resources/0").toString())
                    .isEqualTo("{\"resource\":\"fish\",\"scope\":\"Namespaced\",\"responseKind\":{\"group\":\"\","
                            + "\"version\":\"\",\"kind\":\"Fish\"},\"verbs\":[\"get\",\"list\",\"watch\"],"
                            + "\"singularResource\":\"fish\",\"shortNames\":[\"fi\"],\"subresources\":[{\"subresource\":"
                            + "\"scale\",\"responseKind\":{\"group\":\"autoscaling\",\"version\":\"v1\",\"kind\":"
                            + "\"Scale\"},\"verbs\":[\"get\"]}]}");
            // The server asks for the description once more if it was not told in time.
            assertThat(described()).isEqualTo("/openapi/v3/apis/" + group + "/v1?hash=F00D");
            assertThat(admin.get("/openapi/v2").json().path("paths").has("/apis/" + group + "/v1/fish"))
                    .isTrue();
        });
        assertThat(admin.get("/apis").json().path("groups").findValuesAsText("name"))
                .contains("apps", group)
                .startsWith("apiregistration.k8s.io", "apps", "events.k8s.io");
        assertThat(admin.get("/apis/" + group).at("/preferredVersion/groupVersion"))
                .isEqualTo(group + "/v1");
        assertThat(admin.get("/apis/" + group + "/v1").at("/resources/1/name")).isEqualTo("fish/scale");

        assertThat(admin.get(described()).at("/info/title")).isEqualTo("Fish");

        JsonNode whole = admin.get("/openapi/v2").expect(200).json();
        assertThat(whole.path("paths").has("/api/v1/pods")).isTrue();
        assertThat(whole.path("paths").has("/apis/other/v1/fish")).isFalse();
        assertThat(whole.at("/definitions/v1.Fish/properties/pod/$ref").asText())
                .isEqualTo("#/definitions/io.k8s.api.core.v1.Pod_v2");
    }

    /** Where the group's document is. */
    private String described() throws Exception {
        return admin.get("/openapi/v3")
                .json()
                .path("paths")
                .path("apis/" + group + "/v1")
                .path("serverRelativeURL")
                .asText();
    }

    private JsonNode version(Reply aggregated) {
        for (JsonNode item : aggregated.json().path("items")) {
            if (item.at("/metadata/name").asText().equals(group)) {
                return item.at("/versions/0");
            }
        }
        throw new AssertionError("the group is missing");
    }

    @Test
    void aDeadExtensionServerIsNoticedAndItsGroupStaysKnown() throws Exception {
        ExtensionServer server = registered();
        int port = server.port();
        server.close();

        String path = "/apis/" + group + "/v1/namespaces/default/fish";
        Reply refused = admin.get(path).expect(503);
        assertThat(refused.text())
                .isIn(
                        "error trying to reach service: dial tcp 127.0.0.1:" + port + ": connect: connection refused\n",
                        "service unavailable\n");
        assertThat(refused.header("content-type")).isEqualTo("text/plain; charset=utf-8");
        String url = "https://127.0.0.1:" + port + "/apis/" + group + "/v1";
        await(
                "FailedDiscoveryCheck",
                "failing or missing response from " + url + ": Get \"" + url + "\": dial tcp 127.0.0.1:" + port
                        + ": connect: connection refused");
        assertThat(admin.get(path).expect(503).text()).isEqualTo("service unavailable\n");
        Awaitility.await().untilAsserted(() -> {
            JsonNode found = version(admin.get("/apis", "accept", AGGREGATED));
            assertThat(found.path("freshness").asText()).isEqualTo("Stale");
            assertThat(found.at("/resources/0/resource").asText()).isEqualTo("fish");
        });
    }

    @Test
    void whatIsMissingOnTheWayIsNamed() throws Exception {
        register("{insecureSkipTLSVerify: true}");
        await("ServiceNotFound", "service/fish in \"" + namespace + "\" is not present");
        assertThat(admin.get("/apis/" + group + "/v1").expect(503).text()).isEqualTo("service unavailable\n");

        service();
        await("EndpointsNotFound", "cannot find endpointslices for service/fish in \"" + namespace + "\"");

        slice(Json.object("{ports: [{name: 'http', port: 80, protocol: 'TCP'}]}"));
        await(
                "MissingEndpoints",
                "endpointslices for service/fish in \"" + namespace + "\" have no addresses with port name \"https\"");

        admin.patch(SERVICES + "/" + name, Rest.MERGE_PATCH, "{spec: {service: {port: 8443}}}")
                .expect(200);
        await("ServicePortError", "service/fish in \"" + namespace + "\" is not listening on port 8443");
    }

    @Test
    void aServerOutsideTheClusterIsReachedByItsName() throws Exception {
        ExtensionServer outside = extension();
        admin.post(
                        "/api/v1/namespaces/" + namespace + "/services",
                        Json.object(
                                "{metadata: {name: 'fish'}, spec: {type: 'ExternalName', externalName: 'localhost'}}"))
                .expect(201);
        register(
                "{caBundle: '%s', service: {namespace: '%s', name: 'fish', port: %s}}",
                caBundle(), namespace, outside.port());
        await("Passed", "all checks passed");
        admin.get("/apis/" + group + "/v1/namespaces/default/fish").expect(200);
        assertThat(admin.get("/metrics").text())
                .contains("apiserver_request_total{code=\"200\",component=\"apiserver\",dry_run=\"\",group=\"" + group
                        + "\",resource=\"fish\",scope=\"namespace\",subresource=\"\",verb=\"LIST\",version=\"v1\"} 1");
    }

    @Test
    void aServerThatIsNotTheServiceIsNotTrusted() throws Exception {
        ExtensionServer stranger =
                new ExtensionServer(group, cluster.certificates().context(Optional.of("kube-apiserver")));
        extension = Optional.of(stranger);
        expose(stranger.port());
        register("{caBundle: '%s'}", caBundle());
        Awaitility.await().untilAsserted(() -> {
            assertThat(condition().path("reason").asText()).isEqualTo("FailedDiscoveryCheck");
            assertThat(condition().path("message").asText()).contains("tls: failed to verify certificate: ");
        });

        admin.patch(SERVICES + "/" + name, Rest.MERGE_PATCH, "{spec: {caBundle: null, insecureSkipTLSVerify: true}}")
                .expect(200);
        await("Passed", "all checks passed");
    }

    @Test
    void extensionServersLearnWhomToTrust() throws Exception {
        String path = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";
        Awaitility.await().until(() -> admin.get(path).code() == 200);

        JsonNode data = admin.get(path).json().path("data");
        String authority = Files.readString(cluster.certificates().authority());
        assertThat(data.path("client-ca-file").asText()).isEqualTo(authority);
        assertThat(data.path("requestheader-client-ca-file").asText()).isEqualTo(authority);
        assertThat(data.path("requestheader-allowed-names").asText()).isEqualTo("[\"front-proxy-client\"]");
        assertThat(data.path("requestheader-username-headers").asText()).isEqualTo("[\"X-Remote-User\"]");
        assertThat(data.path("requestheader-uid-headers").asText()).isEqualTo("[\"X-Remote-Uid\"]");
        assertThat(data.path("requestheader-group-headers").asText()).isEqualTo("[\"X-Remote-Group\"]");
        assertThat(data.path("requestheader-extra-headers-prefix").asText()).isEqualTo("[\"X-Remote-Extra-\"]");
    }
}
