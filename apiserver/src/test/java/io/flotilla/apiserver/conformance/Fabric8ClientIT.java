package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What programs do with the client of fabric8, unmodified, with a client certificate. */
@ExtendWith(Cluster.class)
@Timeout(600)
final class Fabric8ClientIT {
    private final Cluster.Running cluster;
    private final KubernetesClient client;
    private String namespace = "";

    Fabric8ClientIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.client = builder(cluster).build();
    }

    static KubernetesClientBuilder builder(Cluster.Running cluster) {
        Certificates certificates = cluster.certificates();
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://127.0.0.1:" + cluster.restPort())
                .withCaCertFile(certificates.authority().toString())
                .withClientCertFile(certificates.certificate(Cluster.ADMIN).toString())
                .withClientKeyFile(certificates.key(Cluster.ADMIN).toString())
                .withClientKeyAlgo("EC")
                .withWatchReconnectInterval(100)
                .withConnectionTimeout(Cluster.PATIENCE_SECONDS * 1_000)
                .withRequestTimeout(Cluster.PATIENCE_SECONDS * 1_000)
                .build();
        return new KubernetesClientBuilder().withConfig(config);
    }

    @BeforeEach
    void newNamespace() throws Exception {
        namespace = cluster.namespace();
    }

    @AfterEach
    void close() {
        client.close();
    }

    static ConfigMap configMap(String namespace, String name, String value) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .addToLabels("name", name)
                .endMetadata()
                .withData(Map.of("k", value))
                .build();
    }

    private NonNamespaceOperation<ConfigMap, ConfigMapList, Resource<ConfigMap>> configMaps() {
        return client.configMaps().inNamespace(namespace);
    }

    private static void refused(int code, String message, Runnable call) {
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(call::run)
                .satisfies(e -> {
                    assertThat(e.getCode()).isEqualTo(code);
                    assertThat(e.getStatus().getMessage()).isEqualTo(message);
                });
    }

    @Test
    void objectsAreMadeReadChangedAndDeleted() {
        ConfigMap made = client.resource(configMap(namespace, "a", "1")).create();
        assertThat(made.getMetadata().getUid()).isNotEmpty();
        refused(
                409,
                "configmaps \"a\" already exists",
                () -> client.resource(configMap(namespace, "a", "1")).create());

        ConfigMap changed = configMaps()
                .withName("a")
                .edit(before -> new ConfigMapBuilder(before).addToData("k", "2").build());
        assertThat(changed.getMetadata().getUid()).isEqualTo(made.getMetadata().getUid());
        assertThat(configMaps().withName("a").get()).isEqualTo(changed);

        refused(
                409,
                "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your"
                        + " changes to the latest version and try again",
                () -> client.resource(made).lockResourceVersion().update());

        assertThat(client.resource(changed).delete())
                .singleElement()
                .satisfies(detail ->
                        assertThat(detail.getUid()).isEqualTo(made.getMetadata().getUid()));
        assertThat(configMaps().withName("a").get()).isNull();
        assertThat(client.resource(changed).delete()).isEmpty();
    }

    @Test
    void listsSelectByLabelsAndByFieldsAndComeInPages() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            client.resource(configMap(namespace, name, "1")).create();
        }

        assertThat(names(configMaps().withLabelIn("name", "a", "c").list())).containsExactly("a", "c");
        assertThat(names(
                        configMaps().withoutLabel("name", "a").withLabel("name").list()))
                .containsExactly("b", "c");
        assertThat(names(configMaps().withField("metadata.name", "b").list())).containsExactly("b");
        assertThat(client.configMaps()
                        .inAnyNamespace()
                        .withField("metadata.namespace", namespace)
                        .list()
                        .getItems())
                .hasSize(3);
        refused(
                400,
                "\"data.k\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
                () -> configMaps().withField("data.k", "1").list());

        ConfigMapList first =
                configMaps().list(new ListOptionsBuilder().withLimit(2L).build());
        assertThat(names(first)).containsExactly("a", "b");
        ConfigMapList rest = configMaps()
                .list(new ListOptionsBuilder()
                        .withLimit(2L)
                        .withContinue(first.getMetadata().getContinue())
                        .build());
        assertThat(names(rest)).containsExactly("c");
        assertThat(rest.getMetadata().getContinue()).isNullOrEmpty();
    }

    private static List<String> names(ConfigMapList list) {
        return list.getItems().stream()
                .map(each -> each.getMetadata().getName())
                .toList();
    }

    @Test
    void serverSideApplySharesFields() {
        ConfigMap applied = client.resource(configMap(namespace, "a", "1"))
                .fieldManager("one")
                .serverSideApply();
        assertThat(managers(applied)).containsExactly("one");
        refused(
                409,
                "Apply failed with 1 conflict: conflict with \"one\": .data.k",
                () -> client.resource(configMap(namespace, "a", "2"))
                        .fieldManager("two")
                        .serverSideApply());

        ConfigMap forced = client.resource(configMap(namespace, "a", "2"))
                .fieldManager("two")
                .forceConflicts()
                .serverSideApply();
        assertThat(forced.getData()).containsEntry("k", "2");
        assertThat(managers(forced)).containsExactlyInAnyOrder("one", "two");
        refused(
                409,
                "Apply failed with 1 conflict: conflict with \"two\": .data.k",
                () -> client.resource(configMap(namespace, "a", "1"))
                        .fieldManager("one")
                        .serverSideApply());
    }

    private static List<String> managers(HasMetadata object) {
        return object.getMetadata().getManagedFields().stream()
                .map(ManagedFieldsEntry::getManager)
                .toList();
    }

    @Test
    void patchesOfThreeKinds() {
        client.resource(Samples.deployment(namespace)).create();
        Resource<Deployment> web =
                client.apps().deployments().inNamespace(namespace).withName("web");

        Deployment merged =
                web.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\": {\"labels\": {\"x\": \"y\"}}}");
        assertThat(merged.getMetadata().getLabels()).containsExactly(Map.entry("x", "y"));

        Deployment strategic = web.patch(
                PatchContext.of(PatchType.STRATEGIC_MERGE),
                "{\"spec\": {\"template\": {\"spec\": {\"containers\": [{\"name\": \"web\", \"image\": \"nginx:2\"}]}}}}");
        assertThat(strategic.getSpec().getTemplate().getSpec().getContainers())
                .extracting(container -> container.getName() + " " + container.getImage())
                .containsExactly("web nginx:2", "side busybox");

        Deployment json = web.patch(
                PatchContext.of(PatchType.JSON),
                "[{\"op\": \"test\", \"path\": \"/spec/replicas\", \"value\": 1},"
                        + " {\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 4}]");
        assertThat(json.getSpec().getReplicas()).isEqualTo(4);
        refused(
                422,
                "the server rejected our request due to an error in our request",
                () -> web.patch(
                        PatchContext.of(PatchType.JSON),
                        "[{\"op\": \"test\", \"path\": \"/spec/replicas\", \"value\": 1}]"));
    }

    @Test
    void statusAndScaleAreApart() {
        client.resource(Samples.deployment(namespace)).create();
        Resource<Deployment> web =
                client.apps().deployments().inNamespace(namespace).withName("web");

        Deployment status = web.editStatus(before -> new DeploymentBuilder(before)
                .editSpec()
                .withReplicas(9)
                .endSpec()
                .withNewStatus()
                .withReplicas(1)
                .withObservedGeneration(1L)
                .endStatus()
                .build());
        assertThat(status.getStatus().getReplicas()).isEqualTo(1);
        assertThat(status.getSpec().getReplicas()).isEqualTo(1);

        assertThat(web.scale().getStatus().getSelector()).isEqualTo("app=web");
        assertThat(web.scale().getStatus().getReplicas()).isEqualTo(1);
        assertThat(web.scale(3).getSpec().getReplicas()).isEqualTo(3);
        assertThat(web.get().getSpec().getReplicas()).isEqualTo(3);
        assertThat(web.get().getStatus().getReplicas()).isEqualTo(1);
    }

    @Test
    void logsAreReadAndCommandsExecuted() throws Exception {
        try (StubAgent agent = StubAgent.start(cluster.admin(), namespace + "-node")) {
            agent.run(cluster.admin(), namespace, "p");
            PodResource pod = client.pods().inNamespace(namespace).withName("p");

            assertThat(pod.getLog()).isEqualTo("one\ntwo\nthree\n");
            assertThat(pod.tailingLines(1).getLog()).isEqualTo("three\n");
            try (var log = pod.watchLog()) {
                assertThat(new String(log.getOutput().readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("one\ntwo\nthree\nfour\n");
            }
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            ByteArrayOutputStream error = new ByteArrayOutputStream();
            try (ExecWatch command = pod.redirectingInput()
                    .writingOutput(output)
                    .writingError(error)
                    .exec("cat", "-")) {
                command.getInput().write("hello\n".getBytes(StandardCharsets.UTF_8));
                command.getInput().flush();
                assertThat(command.exitCode().get(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .isEqualTo(3);
            }
            assertThat(output).hasToString("hello\n");
            assertThat(error).hasToString("cat -");
        }
    }

    @Test
    void customResourcesNeedNoClasses() {
        String group = namespace + ".example.com";
        client.resource(Samples.shipDefinition(group)).create();
        client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("ships." + group)
                .waitUntilCondition(Fabric8ClientIT::isEstablished, Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS);
        NonNamespaceOperation<
                        GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
                ships = client.genericKubernetesResources(group + "/v1", "Ship").inNamespace(namespace);
        Resource<GenericKubernetesResource> argo = ships.withName("argo");

        client.resource(Samples.ship(group, namespace, "argo", 50)).create();
        assertThat(argo.require().<String>get("spec", "sail")).isEqualTo("white");
        refused(
                422,
                "Ship." + group
                        + " \"raft\" is invalid: spec.oars: Invalid value: 0: spec.oars in body should be greater"
                        + " than or equal to 1",
                () -> client.resource(Samples.ship(group, namespace, "raft", 0)).create());

        argo.editStatus(ship -> {
            ship.setAdditionalProperty("status", Map.of("oars", 50));
            return ship;
        });
        assertThat(argo.scale().getStatus().getReplicas()).isEqualTo(50);
        argo.scale(40);
        assertThat(argo.require().<Integer>get("spec", "oars")).isEqualTo(40);
        assertThat(argo.require().<Integer>get("status", "oars")).isEqualTo(50);

        try (SharedIndexInformer<GenericKubernetesResource> informer = ships.inform()) {
            assertThat(informer.getStore().list()).singleElement().isEqualTo(argo.require());
            argo.delete();
            Awaitility.await().until(() -> informer.getStore().list().isEmpty());
        }
        assertThat(ships.list().getItems()).isEmpty();
    }

    /** The status of a definition that the server has not yet looked at has no conditions. */
    private static boolean isEstablished(@Nullable CustomResourceDefinition definition) {
        return definition != null
                && definition.getStatus() != null
                && definition.getStatus().getConditions() != null
                && definition.getStatus().getConditions().stream()
                        .anyMatch(each -> each.getType().equals("Established")
                                && each.getStatus().equals("True"));
    }
}
