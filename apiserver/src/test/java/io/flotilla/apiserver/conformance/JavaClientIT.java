package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kubernetes.client.Exec;
import io.kubernetes.client.PodLogs;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.apis.AppsV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.apis.CustomObjectsApi;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1DeploymentStatus;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Scale;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.PatchUtils;
import io.kubernetes.client.util.credentials.AccessTokenAuthentication;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What programs do with the official Java client, unmodified, with the token of a service account. */
@ExtendWith(Cluster.class)
@Timeout(600)
final class JavaClientIT {
    private final Cluster.Running cluster;
    private String namespace = "";
    private ApiClient client = new ApiClient();
    private CoreV1Api core = new CoreV1Api(client);
    private AppsV1Api apps = new AppsV1Api(client);

    JavaClientIT(Cluster.Running cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void newAccount() throws Exception {
        namespace = cluster.namespace();
        client = administrator(cluster, namespace);
        core = new CoreV1Api(client);
        apps = new AppsV1Api(client);
    }

    /** A client of the account of a namespace, which may do everything from now on. */
    static ApiClient administrator(Cluster.Running cluster, String namespace) throws Exception {
        cluster.admin()
                .post(
                        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                        Json.object(
                                "{metadata: {name: '%s'}, roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin'}, subjects: [{kind: 'ServiceAccount', name: 'default', namespace: '%s'}]}",
                                namespace, namespace))
                .expect(201);
        String token = cluster.admin()
                .post("/api/v1/namespaces/" + namespace + "/serviceaccounts/default/token", Json.object("{spec: {}}"))
                .expect(201)
                .at("/status/token");
        ApiClient client = new ClientBuilder()
                .setBasePath("https://127.0.0.1:" + cluster.restPort())
                .setCertificateAuthority(
                        Files.readAllBytes(cluster.certificates().authority()))
                .setAuthentication(new AccessTokenAuthentication(token))
                .setReadTimeout(Duration.ZERO)
                .build();
        // Its rights are known as soon as the server has seen the binding.
        Awaitility.await().until(() -> isAdministrator(new CoreV1Api(client)));
        return client;
    }

    private static boolean isAdministrator(CoreV1Api core) throws ApiException {
        try {
            core.listNode().execute();
            return true;
        } catch (ApiException e) {
            if (e.getCode() == 403) {
                return false;
            }
            throw e;
        }
    }

    static V1ConfigMap configMap(String name, String value) {
        return new V1ConfigMap()
                .apiVersion("v1")
                .kind("ConfigMap")
                .metadata(new V1ObjectMeta().name(name).putLabelsItem("name", name))
                .data(Map.of("k", value));
    }

    private V1Deployment deployment() {
        return JSON.deserialize(Samples.deployment(namespace), V1Deployment.class);
    }

    static void refused(int code, String message, ThrowingCallable call) {
        assertThatExceptionOfType(ApiException.class).isThrownBy(call).satisfies(e -> {
            assertThat(e.getCode()).isEqualTo(code);
            assertThat(JsonParser.parseString(e.getResponseBody())
                            .getAsJsonObject()
                            .get("message")
                            .getAsString())
                    .isEqualTo(message);
        });
    }

    @Test
    void objectsAreMadeReadChangedAndDeleted() throws Exception {
        V1ConfigMap made =
                core.createNamespacedConfigMap(namespace, configMap("a", "1")).execute();
        assertThat(core.readNamespacedConfigMap("a", namespace).execute()).isEqualTo(made);
        refused(
                409,
                "configmaps \"a\" already exists",
                () -> core.createNamespacedConfigMap(namespace, configMap("a", "1"))
                        .execute());

        V1ConfigMap changed = core.replaceNamespacedConfigMap("a", namespace, made.data(Map.of("k", "2")))
                .execute();
        assertThat(changed.getData()).containsEntry("k", "2");
        refused(
                409,
                "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your"
                        + " changes to the latest version and try again",
                () -> core.replaceNamespacedConfigMap("a", namespace, made).execute());

        assertThat(core.deleteNamespacedConfigMap("a", namespace).execute().getStatus())
                .isEqualTo("Success");
        refused(
                404,
                "configmaps \"a\" not found",
                () -> core.readNamespacedConfigMap("a", namespace).execute());
    }

    @Test
    void listsSelectByLabelsAndByFieldsAndComeInPages() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            core.createNamespacedConfigMap(namespace, configMap(name, "1")).execute();
        }

        assertThat(names(core.listNamespacedConfigMap(namespace)
                        .labelSelector("name in (a, c)")
                        .execute()))
                .containsExactly("a", "c");
        assertThat(names(core.listNamespacedConfigMap(namespace)
                        .fieldSelector("metadata.name!=b")
                        .execute()))
                .containsExactly("a", "c");
        refused(
                400,
                "\"data.k\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
                () -> core.listNamespacedConfigMap(namespace)
                        .fieldSelector("data.k=1")
                        .execute());

        V1ConfigMapList first = core.listNamespacedConfigMap(namespace).limit(2).execute();
        V1ConfigMapList rest = core.listNamespacedConfigMap(namespace)
                .limit(2)
                ._continue(first.getMetadata().getContinue())
                .execute();
        assertThat(names(first)).containsExactly("a", "b");
        assertThat(first.getMetadata().getRemainingItemCount()).isEqualTo(1);
        assertThat(names(rest)).containsExactly("c");
    }

    private static List<String> names(V1ConfigMapList list) {
        return list.getItems().stream()
                .map(each -> each.getMetadata().getName())
                .toList();
    }

    private V1ConfigMap apply(String manager, String value, boolean force) throws ApiException {
        V1Patch patch = new V1Patch(
                Json.text("{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a'}, data: {k: '%s'}}", value));
        return PatchUtils.patch(
                V1ConfigMap.class,
                () -> core.patchNamespacedConfigMap("a", namespace, patch)
                        .fieldManager(manager)
                        .force(force)
                        .buildCall(null),
                V1Patch.PATCH_FORMAT_APPLY_YAML,
                client);
    }

    @Test
    void serverSideApplySharesFields() throws Exception {
        apply("one", "1", false);
        assertThat(managers()).containsExactly("one");
        refused(409, "Apply failed with 1 conflict: conflict with \"one\": .data.k", () -> apply("two", "2", false));

        V1ConfigMap forced = apply("two", "2", true);
        assertThat(forced.getData()).containsEntry("k", "2");
        assertThat(managers()).containsExactly("two");
    }

    /** Who manages the object, which this client leaves out of what it reads. */
    private List<String> managers() throws Exception {
        return cluster.admin()
                .get("/api/v1/namespaces/" + namespace + "/configmaps/a")
                .expect(200)
                .json()
                .findValuesAsText("manager");
    }

    private V1Deployment patch(String type, String patch) throws ApiException {
        return PatchUtils.patch(
                V1Deployment.class,
                () -> apps.patchNamespacedDeployment("web", namespace, new V1Patch(Json.text(patch)))
                        .buildCall(null),
                type,
                client);
    }

    @Test
    void patchesOfThreeKinds() throws Exception {
        apps.createNamespacedDeployment(namespace, deployment()).execute();

        V1Deployment merged = patch(V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, "{metadata: {labels: {x: 'y'}}}");
        assertThat(merged.getMetadata().getLabels()).containsExactly(Map.entry("x", "y"));

        V1Deployment strategic = patch(
                V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH,
                "{spec: {template: {spec: {containers: [{name: 'web', image: 'nginx:2'}]}}}}");
        assertThat(strategic.getSpec().getTemplate().getSpec().getContainers())
                .extracting(container -> container.getName() + " " + container.getImage())
                .containsExactly("web nginx:2", "side busybox");

        V1Deployment json = patch(
                V1Patch.PATCH_FORMAT_JSON_PATCH,
                "[{op: 'replace', path: '/spec/template/spec/containers/1/image', value: 'busybox:2'}]");
        assertThat(json.getSpec().getTemplate().getSpec().getContainers())
                .extracting(V1Container::getImage)
                .containsExactly("nginx:2", "busybox:2");
    }

    @Test
    void statusAndScaleAreApart() throws Exception {
        V1Deployment made =
                apps.createNamespacedDeployment(namespace, deployment()).execute();

        made.getSpec().setReplicas(9);
        V1Deployment status = apps.replaceNamespacedDeploymentStatus(
                        "web",
                        namespace,
                        made.status(new V1DeploymentStatus().replicas(1).observedGeneration(1L)))
                .execute();
        assertThat(status.getStatus().getReplicas()).isEqualTo(1);
        assertThat(status.getSpec().getReplicas()).isEqualTo(1);

        V1Scale scale = apps.readNamespacedDeploymentScale("web", namespace).execute();
        assertThat(scale.getStatus().getSelector()).isEqualTo("app=web");
        scale.getSpec().setReplicas(3);
        apps.replaceNamespacedDeploymentScale("web", namespace, scale).execute();
        V1Deployment scaled = apps.readNamespacedDeployment("web", namespace).execute();
        assertThat(scaled.getSpec().getReplicas()).isEqualTo(3);
        assertThat(scaled.getStatus().getReplicas()).isEqualTo(1);
    }

    @Test
    void logsAreReadAndCommandsExecuted() throws Exception {
        try (StubAgent agent = StubAgent.start(cluster.admin(), namespace + "-node")) {
            agent.run(cluster.admin(), namespace, "p");

            assertThat(core.readNamespacedPodLog("p", namespace).tailLines(1).execute())
                    .isEqualTo("three\n");
            try (InputStream followed = new PodLogs(client).streamNamespacedPodLog(namespace, "p", "c")) {
                assertThat(text(followed)).isEqualTo("one\ntwo\nthree\nfour\n");
            }
            Process command = new Exec(client).exec(namespace, "p", new String[] {"cat", "-"}, true, false);
            InputStream output = command.getInputStream();
            InputStream error = command.getErrorStream();
            try (OutputStream input = command.getOutputStream()) {
                input.write("hello\n".getBytes(StandardCharsets.UTF_8));
                input.flush();
                assertThat(command.waitFor(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .isTrue();
            }
            assertThat(command.exitValue()).isEqualTo(3);
            assertThat(text(output)).isEqualTo("hello\n");
            assertThat(text(error)).isEqualTo("cat -");
            command.destroy();
        }
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void customResourcesNeedNoClasses() throws Exception {
        String group = namespace + ".example.com";
        DynamicKubernetesApi definitions =
                new DynamicKubernetesApi("apiextensions.k8s.io", "v1", "customresourcedefinitions", client);
        definitions.create(dynamic(Samples.shipDefinition(group))).throwsApiException();
        Awaitility.await()
                .until(() -> isEstablished(
                        definitions.get("ships." + group).throwsApiException().getObject()));
        DynamicKubernetesApi ships = new DynamicKubernetesApi(group, "v1", "ships", client);

        DynamicKubernetesObject argo = ships.create(dynamic(Samples.ship(group, namespace, "argo", 50)))
                .throwsApiException()
                .getObject();
        assertThat(spec(argo).get("sail").getAsString()).isEqualTo("white");
        assertThat(ships.create(dynamic(Samples.ship(group, namespace, "raft", 0)))
                        .getStatus()
                        .getMessage())
                .isEqualTo("Ship." + group + " \"raft\" is invalid: spec.oars: Invalid value: 0: spec.oars in body"
                        + " should be greater than or equal to 1");

        spec(argo).addProperty("oars", 40);
        ships.update(argo).throwsApiException();
        DynamicKubernetesObject patched = ships.patch(
                        namespace,
                        "argo",
                        V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH,
                        new V1Patch(Json.text("{spec: {sail: 'black'}}")))
                .throwsApiException()
                .getObject();
        assertThat(spec(patched).get("oars").getAsInt()).isEqualTo(40);
        assertThat(spec(patched).get("sail").getAsString()).isEqualTo("black");
        patched.getRaw().add("status", JsonParser.parseString("{\"oars\": 7}"));
        new CustomObjectsApi(client)
                .replaceNamespacedCustomObjectStatus(group, "v1", namespace, "ships", "argo", patched.getRaw())
                .execute();
        DynamicKubernetesObject rowed = ships.updateStatus(
                        ships.get(namespace, "argo").getObject(), _ -> JsonParser.parseString("{\"oars\": 8}"))
                .throwsApiException()
                .getObject();
        assertThat(rowed.getRaw().getAsJsonObject("status").get("oars").getAsInt())
                .isEqualTo(8);

        assertThat(ships.list(namespace).getObject().getItems()).hasSize(1);
        ships.delete(namespace, "argo").throwsApiException();
        assertThat(ships.get(namespace, "argo").getHttpStatusCode()).isEqualTo(404);
    }

    private static DynamicKubernetesObject dynamic(String json) {
        return new DynamicKubernetesObject(JsonParser.parseString(json).getAsJsonObject());
    }

    private static JsonObject spec(DynamicKubernetesObject object) {
        return object.getRaw().getAsJsonObject("spec");
    }

    private static boolean isEstablished(DynamicKubernetesObject definition) {
        JsonObject status = definition.getRaw().getAsJsonObject("status");
        return status != null
                && status.get("conditions") instanceof JsonArray
                && status.getAsJsonArray("conditions").asList().stream()
                        .map(each -> each.getAsJsonObject())
                        .anyMatch(each -> each.get("type").getAsString().equals("Established")
                                && each.get("status").getAsString().equals("True"));
    }
}
