package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What nodes and pods use: metrics.k8s.io, from what agents say. */
@ExtendWith(Cluster.class)
class ResourceMetricsIT {
    private static final String METRICS = "/apis/metrics.k8s.io/v1beta1";
    private static final String NODES = METRICS + "/nodes";
    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private final Rest admin;
    private final String namespace;
    private final String node;
    private final String pods;
    private final StubAgent agent;

    ResourceMetricsIT(Cluster.Running cluster) throws Exception {
        this.admin = cluster.admin();
        this.namespace = cluster.namespace();
        this.node = namespace + "-node";
        this.pods = METRICS + "/namespaces/" + namespace + "/pods";
        this.agent = StubAgent.start(admin, node);
    }

    @BeforeEach
    void run() throws Exception {
        admin.patch("/api/v1/nodes/" + node, Rest.MERGE_PATCH, "{metadata: {labels: {pool: '%s'}}}", namespace)
                .expect(200);
        agent.run(admin, namespace, "web");
        agent.run(admin, namespace, "db");
        admin.patch(
                        "/api/v1/namespaces/" + namespace + "/pods/web",
                        Rest.MERGE_PATCH,
                        "{metadata: {labels: {app: 'web'}}}")
                .expect(200);
        letTheCacheCatchUp();
        Awaitility.await().until(() -> admin.get(NODES + "/" + node).code() == 200);
    }

    /** What is measured is looked up in the watch cache; a list waits until that has seen every write. */
    private void letTheCacheCatchUp() throws Exception {
        admin.get("/api/v1/nodes?limit=1").expect(200);
    }

    @AfterEach
    void stop() throws Exception {
        agent.close();
        admin.delete("/api/v1/nodes/" + node).expect(200);
    }

    @Test
    void isDiscoveredAsMetricsServerSaysIt() throws Exception {
        assertThat(admin.get(METRICS).expect(200).json().path("resources"))
                .isEqualTo(Json.object(
                                "{r: [{name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list']},"
                                        + " {name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list']}]}")
                        .path("r"));
        JsonNode groups = admin.get("/apis", "accept", AGGREGATED).expect(200).json();
        assertThat(groups.path("items").findValuesAsText("name")).contains("metrics.k8s.io");
        JsonNode schemas = admin.get("/openapi/v3/apis/metrics.k8s.io/v1beta1")
                .expect(200)
                .json()
                .at("/components/schemas");
        assertThat(schemas.at("/io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics/properties/containers/items")
                        .toString())
                .contains("io.k8s.metrics.pkg.apis.metrics.v1beta1.ContainerMetrics");
    }

    @Test
    void aNodeHasARateOfProcessorTimeAndAWorkingSet() throws Exception {
        Reply one = admin.get(NODES + "/" + node).expect(200);
        assertThat(one.at("/kind")).isEqualTo("NodeMetrics");
        assertThat(one.at("/apiVersion")).isEqualTo("metrics.k8s.io/v1beta1");
        assertThat(one.name()).isEqualTo(node);
        assertThat(one.at("/metadata/labels/pool")).isEqualTo(namespace);
        assertThat(one.at("/usage/cpu")).isEqualTo("512345678n");
        assertThat(one.at("/usage/memory")).isEqualTo("2Gi");
        assertThat(one.at("/window")).isEqualTo("10s");
        assertThat(Instant.parse(one.at("/timestamp")).getEpochSecond()).isEqualTo(1_700_000_000 + agent.asked() * 10);
        Reply list = admin.get(NODES + "?labelSelector=pool%3D" + namespace).expect(200);
        assertThat(list.at("/kind")).isEqualTo("NodeMetricsList");
        assertThat(list.at("/metadata")).isEmpty();
        assertThat(list.names()).containsExactly(node);
        assertThat(list.json().at("/items/0").has("kind")).isFalse();
        assertThat(admin.get(NODES + "?fieldSelector=metadata.name%3D" + node, "accept", Rest.TABLE)
                        .expect(200)
                        .json()
                        .at("/rows/0/cells")
                        .toString())
                .isEqualTo("[\"" + node + "\",\"512345678n\",\"2Gi\",\"10s\"]");
    }

    @Test
    void podsAreSelectedAsPodsAre() throws Exception {
        assertThat(admin.get(pods).expect(200).names()).containsExactly("db", "web");
        assertThat(admin.get(METRICS + "/pods?fieldSelector=metadata.namespace%3D" + namespace)
                        .expect(200)
                        .names())
                .containsExactly("db", "web");
        Reply labelled = admin.get(pods + "?labelSelector=app%3Dweb").expect(200);
        assertThat(labelled.names()).containsExactly("web");
        assertThat(labelled.at("/items/0/metadata/namespace")).isEqualTo(namespace);
        assertThat(labelled.at("/items/0/metadata/labels/app")).isEqualTo("web");
        assertThat(labelled.at("/items/0/containers/0/name")).isEqualTo("c");
        assertThat(labelled.at("/items/0/containers/0/usage/cpu")).isEqualTo("12345678n");
        assertThat(labelled.at("/items/0/containers/0/usage/memory")).isEqualTo("18204Ki");
        assertThat(admin.get(pods + "/web", "accept", Rest.TABLE)
                        .expect(200)
                        .json()
                        .at("/columnDefinitions")
                        .findValuesAsText("name"))
                .containsExactly("Name", "cpu", "memory", "Window");
        Reply protobuf =
                admin.get(pods, "accept", Rest.PROTOBUF + ",application/json").expect(200);
        assertThat(protobuf.header("content-type")).isEqualTo(Rest.PROTOBUF);
        assertThat(protobuf.text()).startsWith("k8s\0").contains("PodMetricsList", "12345678n", "18204Ki");
        admin.get(pods + "?fieldSelector=spec.nodeName%3Dx")
                .refused(
                        400,
                        "BadRequest",
                        "\"spec.nodeName\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
    }

    @Test
    void whatIsNotMeasuredIsNotFound() throws Exception {
        admin.get(NODES + "/nope").refused(404, "NotFound", "node \"nope\" not found");
        admin.get(pods + "/nope").refused(404, "NotFound", "pods \"nope\" not found");
        admin.post(
                        "/api/v1/namespaces/" + namespace + "/pods",
                        Json.object("{metadata: {name: 'waits'}, spec: {containers: [{name: 'c', image: 'nginx'}]}}"))
                .expect(201);
        letTheCacheCatchUp();
        admin.get(pods + "/waits")
                .refused(404, "NotFound", "podmetrics.metrics.k8s.io \"" + namespace + "/waits\" not found");
        String silent = namespace + "-silent";
        StubAgent other = StubAgent.start(admin, silent);
        other.close();
        letTheCacheCatchUp();
        admin.get(NODES + "/" + silent)
                .refused(404, "NotFound", "nodemetrics.metrics.k8s.io \"" + silent + "\" not found");
        assertThat(admin.get(NODES + "?fieldSelector=metadata.name%3D" + silent)
                        .expect(200)
                        .names())
                .isEmpty();
        admin.delete("/api/v1/nodes/" + silent).expect(200);
    }

    @Test
    void isReadOnly() throws Exception {
        admin.delete(pods + "/web").expect(405);
        admin.post(pods, Json.object("{metadata: {name: 'a'}}")).expect(405);
        admin.get(pods + "?watch=true").expect(405);
    }

    @Test
    void anotherServerOfTheGroupTakesItsPlace() throws Exception {
        String services = "/apis/apiregistration.k8s.io/v1/apiservices";
        admin.post(
                        services,
                        Json.object(
                                "{metadata: {name: 'v1beta1.metrics.k8s.io'}, spec: {group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true, service: {name: 'metrics-server', namespace: '%s'}}}",
                                namespace))
                .expect(201);
        Awaitility.await().untilAsserted(() -> admin.get(NODES + "/" + node).expect(503));
        admin.delete(services + "/v1beta1.metrics.k8s.io").expect(200);
        Awaitility.await()
                .untilAsserted(() -> assertThat(
                                admin.get(NODES + "/" + node).expect(200).name())
                        .isEqualTo(node));
    }
}
