package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Manifests of Kubernetes versions long gone, before a server that was told to take them. */
@ExtendWith(Cluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LegacyApisIT {
    private static final String TEMPLATE =
            "template: {metadata: {labels: {app: 'web'}}, spec: {containers: [{name: 'web', image: 'nginx'}]}}";

    private final Cluster.Running cluster;
    private Cluster.Another legacy;
    private Rest server;
    private String namespace = "";

    LegacyApisIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.server = cluster.admin();
    }

    @BeforeAll
    void start() throws Exception {
        legacy = cluster.another("--legacy-apis");
        server = legacy.client();
    }

    @AfterAll
    void stop() {
        legacy.close();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        namespace = cluster.namespace();
    }

    private String path(String groupVersion, String resource) {
        return "/apis/" + groupVersion + "/namespaces/" + namespace + "/" + resource;
    }

    private Reply create(String groupVersion, String resource, String kind, String spec, Object... arguments)
            throws Exception {
        ObjectNode object = Json.object(
                "{apiVersion: '%s', kind: '%s', metadata: {name: 'web', namespace: '%s'}}",
                groupVersion, kind, namespace);
        object.set("spec", Json.object("{" + spec + "}", arguments));
        return server.post(path(groupVersion, resource) + "?fieldValidation=Strict", object)
                .expect(201);
    }

    /** The object as the present version shows it, to a server that knows no other. */
    private JsonNode present(String groupVersion, String resource) throws Exception {
        return cluster.admin()
                .get(path(groupVersion, resource) + "/web?resourceVersion=")
                .expect(200)
                .json();
    }

    @Test
    void withoutTheFlagTheyAreNotServed() throws Exception {
        assertThat(cluster.admin().get("/apis/extensions/v1beta1").code()).isEqualTo(404);
        assertThat(cluster.admin()
                        .get(path("extensions/v1beta1", "deployments"))
                        .code())
                .isEqualTo(404);
        assertThat(cluster.admin().get("/apis").text())
                .doesNotContain("extensions/", "apps/v1beta", "batch/v1beta1", "autoscaling/v2beta");
    }

    @Test
    void discoveryListsThemBehindThePresentOnes() throws Exception {
        assertThat(server.get("/apis/apps").json().findValuesAsText("version"))
                .containsExactly("v1", "v1beta2", "v1beta1", "v1");
        assertThat(server.get("/apis/extensions/v1beta1").json().findValuesAsText("name"))
                .containsExactly(
                        "daemonsets",
                        "daemonsets/status",
                        "deployments",
                        "deployments/scale",
                        "deployments/status",
                        "ingresses",
                        "ingresses/status",
                        "replicasets",
                        "replicasets/scale",
                        "replicasets/status");
        assertThat(server.get("/openapi/v3").json().path("paths").has("apis/extensions/v1beta1"))
                .isTrue();
        server.get("/openapi/v3/apis/extensions/v1beta1").expect(200);
        server.get("/openapi/v2").expect(200);
    }

    @Test
    void workloadsAreScaled() throws Exception {
        create("extensions/v1beta1", "deployments", "Deployment", TEMPLATE);
        create("apps/v1beta1", "statefulsets", "StatefulSet", "serviceName: 'web', " + TEMPLATE);
        for (String each : List.of(
                path("extensions/v1beta1", "deployments"),
                path("apps/v1beta2", "deployments"),
                path("apps/v1beta1", "statefulsets"))) {
            String scale = each + "/web/scale";
            assertThat(server.patch(scale, Rest.MERGE_PATCH, "{spec: {replicas: 3}}")
                            .expect(200)
                            .at("/apiVersion"))
                    .isEqualTo("autoscaling/v1");
            assertThat(server.get(scale).expect(200).at("/spec/replicas")).isEqualTo("3");
            server.patch(scale, Rest.MERGE_PATCH, "{spec: {replicas: -1}}").expect(422);
        }
        assertThat(present("apps/v1", "deployments").at("/spec/replicas").asInt())
                .isEqualTo(3);
    }

    @Test
    void everyAnswerNamesWhatToUseInstead() throws Exception {
        Reply made = create("extensions/v1beta1", "deployments", "Deployment", TEMPLATE);
        String warning = "299 - \"extensions/v1beta1 Deployment is deprecated in v1.8+, unavailable in v1.16+;"
                + " use apps/v1 Deployment\"";
        assertThat(made.warnings()).contains(warning);
        assertThat(server.get(path("extensions/v1beta1", "deployments")).warnings())
                .containsExactly(warning);
        assertThat(server.get(path("apps/v1", "deployments")).warnings()).isEmpty();
        assertThat(server.get("/metrics").text())
                .contains("apiserver_requested_deprecated_apis{group=\"extensions\",removed_release=\"1.16\","
                        + "resource=\"deployments\",subresource=\"\",version=\"v1beta1\"} 1");
        assertThat(server.get(path("extensions/v1beta1", "ingresses")).warnings())
                .containsExactly("299 - \"extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+;"
                        + " use networking.k8s.io/v1 Ingress\"");
        assertThat(server.get(path("batch/v1beta1", "cronjobs")).warnings())
                .containsExactly("299 - \"batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+;"
                        + " use batch/v1 CronJob\"");
    }

    @Test
    void aDeploymentOfExtensionsSelectsByTheLabelsOfItsTemplate() throws Exception {
        Reply made =
                create("extensions/v1beta1", "deployments", "Deployment", TEMPLATE + ", rollbackTo: {revision: 3}");
        assertThat(made.at("/apiVersion")).isEqualTo("extensions/v1beta1");
        assertThat(made.at("/spec/rollbackTo/revision")).isEqualTo("3");
        assertThat(made.json().at("/metadata/annotations").isMissingNode()).isTrue();

        JsonNode now = present("apps/v1", "deployments");
        assertThat(now.at("/apiVersion").asText()).isEqualTo("apps/v1");
        assertThat(now.at("/spec/selector/matchLabels/app").asText()).isEqualTo("web");
        assertThat(now.at("/metadata/labels/app").asText()).isEqualTo("web");
        assertThat(now.at("/spec/replicas").asInt()).isEqualTo(1);
        assertThat(now.at("/spec/strategy").toString())
                .isEqualTo("{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxUnavailable\":1,\"maxSurge\":1}}");
        assertThat(now.at("/spec/progressDeadlineSeconds").asInt()).isEqualTo(Integer.MAX_VALUE);
        assertThat(now.at("/spec/revisionHistoryLimit").asInt()).isEqualTo(Integer.MAX_VALUE);
        assertThat(now.at("/spec/template/spec/restartPolicy").asText()).isEqualTo("Always");
        assertThat(now.at("/metadata/annotations/deprecated.deployment.rollback.revision")
                        .asText())
                .isEqualTo("3");
    }

    @Test
    void whatIsAssumedDependsOnTheVersion() throws Exception {
        create("apps/v1beta1", "deployments", "Deployment", TEMPLATE);
        JsonNode deployment = present("apps/v1", "deployments");
        assertThat(deployment.at("/spec/revisionHistoryLimit").asInt()).isEqualTo(2);
        assertThat(deployment.at("/spec/progressDeadlineSeconds").asInt()).isEqualTo(600);
        assertThat(deployment.at("/spec/strategy/rollingUpdate/maxSurge").asText())
                .isEqualTo("25%");

        create("apps/v1beta1", "statefulsets", "StatefulSet", "serviceName: 'web', " + TEMPLATE);
        assertThat(present("apps/v1", "statefulsets")
                        .at("/spec/updateStrategy/type")
                        .asText())
                .isEqualTo("OnDelete");

        create("extensions/v1beta1", "daemonsets", "DaemonSet", TEMPLATE);
        JsonNode daemonSet = present("apps/v1", "daemonsets");
        assertThat(daemonSet.at("/spec/updateStrategy/type").asText()).isEqualTo("OnDelete");
        assertThat(daemonSet.at("/spec/selector/matchLabels/app").asText()).isEqualTo("web");
        assertThat(server.get(path("extensions/v1beta1", "daemonsets") + "/web").at("/spec/templateGeneration"))
                .isEqualTo("1");

        create("extensions/v1beta1", "replicasets", "ReplicaSet", "replicas: 0, " + TEMPLATE);
        assertThat(present("apps/v1", "replicasets")
                        .at("/spec/selector/matchLabels/app")
                        .asText())
                .isEqualTo("web");
    }

    @Test
    void appsV1beta2WantsASelector() throws Exception {
        ObjectNode object = Json.object("{metadata: {name: 'web'}, spec: {%s}}", TEMPLATE);
        Reply refused = server.post(path("apps/v1beta2", "deployments"), object).expect(422);
        assertThat(refused.at("/message")).contains("spec.selector: Required value");
        create("apps/v1beta2", "deployments", "Deployment", "selector: {matchLabels: {app: 'web'}}, " + TEMPLATE);
        assertThat(present("apps/v1", "deployments")
                        .at("/spec/revisionHistoryLimit")
                        .asInt())
                .isEqualTo(10);
    }

    @Test
    void anIngressIsConvertedBothWays() throws Exception {
        for (String version : List.of("extensions/v1beta1", "networking.k8s.io/v1beta1")) {
            Reply made = create(
                    version,
                    "ingresses",
                    "Ingress",
                    "backend: {serviceName: 'web', servicePort: 80}, rules: [{host: 'a.example.com', http: {paths:"
                            + " [{path: '/x', backend: {serviceName: 'api', servicePort: 'http'}}]}}]");
            assertThat(made.at("/spec/backend/serviceName")).isEqualTo("web");
            assertThat(made.at("/spec/backend/servicePort")).isEqualTo("80");
            assertThat(made.at("/spec/rules/0/http/paths/0/backend/servicePort"))
                    .isEqualTo("http");

            JsonNode now = present("networking.k8s.io/v1", "ingresses");
            assertThat(now.at("/spec/defaultBackend").toString())
                    .isEqualTo("{\"service\":{\"name\":\"web\",\"port\":{\"number\":80}}}");
            assertThat(now.at("/spec/rules/0/http/paths/0").toString())
                    .isEqualTo(
                            "{\"path\":\"/x\",\"backend\":{\"service\":{\"name\":\"api\",\"port\":{\"name\":\"http\"}}},"
                                    + "\"pathType\":\"ImplementationSpecific\"}");
            assertThat(server.patch(
                                    path(version, "ingresses") + "/web",
                                    Rest.MERGE_PATCH,
                                    "{spec: {backend: {servicePort: 'https'}}}")
                            .expect(200)
                            .at("/spec/backend/servicePort"))
                    .isEqualTo("https");
            assertThat(present("networking.k8s.io/v1", "ingresses")
                            .at("/spec/defaultBackend/service/port")
                            .toString())
                    .isEqualTo("{\"name\":\"https\"}");
            server.delete(path(version, "ingresses") + "/web").expect(200);
        }
    }

    @Test
    void cronJobsAndAutoscalersAreThoseOfToday() throws Exception {
        create(
                "batch/v1beta1",
                "cronjobs",
                "CronJob",
                "schedule: '* * * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: 'Never', containers:"
                        + " [{name: 'c', image: 'busybox'}]}}}}");
        JsonNode cronJob = present("batch/v1", "cronjobs");
        assertThat(cronJob.at("/spec/concurrencyPolicy").asText()).isEqualTo("Allow");
        assertThat(cronJob.at("/spec/successfulJobsHistoryLimit").asInt()).isEqualTo(3);

        create(
                "autoscaling/v2beta2",
                "horizontalpodautoscalers",
                "HorizontalPodAutoscaler",
                "scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'web'}, maxReplicas: 3, metrics:"
                        + " [{type: 'Resource', resource: {name: 'cpu', target: {type: 'Utilization',"
                        + " averageUtilization: 50}}}]");
        assertThat(present("autoscaling/v2", "horizontalpodautoscalers")
                        .at("/spec/metrics/0/resource/target/averageUtilization")
                        .asInt())
                .isEqualTo(50);
        assertThat(server.get(path("autoscaling/v2beta2", "horizontalpodautoscalers"))
                        .at("/kind"))
                .isEqualTo("HorizontalPodAutoscalerList");
    }

    @Test
    void appliedAndUpdatedAndWatchedAsOfOld() throws Exception {
        String one = path("extensions/v1beta1", "deployments") + "/web";
        try (Watch watch = server.watch(path("extensions/v1beta1", "deployments") + "?watch=true")) {
            server.patch(
                            one + "?fieldManager=test&force=true",
                            Rest.APPLY_PATCH,
                            "{apiVersion: 'extensions/v1beta1', kind: 'Deployment', metadata: {name: 'web'}, spec: {%s}}",
                            TEMPLATE)
                    .expect(201);
            JsonNode seen = watch.expect("ADDED", "web");
            assertThat(seen.path("apiVersion").asText()).isEqualTo("extensions/v1beta1");
        }
        ObjectNode read = (ObjectNode) server.get(one).expect(200).json();
        ((ObjectNode) read.get("spec")).put("replicas", 2);
        assertThat(server.put(one, read).expect(200).at("/spec/replicas")).isEqualTo("2");
        server.patch(
                        one,
                        Rest.STRATEGIC_PATCH,
                        "{spec: {template: {spec: {containers: [{name: 'web', image: 'httpd'}]}}}}")
                .expect(200);
        assertThat(present("apps/v1", "deployments")
                        .at("/spec/template/spec/containers")
                        .findValuesAsText("image"))
                .containsExactly("httpd");
        JsonNode table = server.get(path("extensions/v1beta1", "deployments"), "accept", Rest.TABLE)
                .expect(200)
                .json();
        assertThat(table.at("/rows/0/cells/1").asText()).isEqualTo("0/2");
    }
}
