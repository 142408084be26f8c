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
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private ConfigMap configMap(String name, String value) {
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
        ConfigMap made = client.resource(configMap("a", "1")).create();
        assertThat(made.getMetadata().getUid()).isNotEmpty();
        refused(
                409,
                "configmaps \"a\" already exists",
                () -> client.resource(configMap("a", "1")).create());

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
            client.resource(configMap(name, "1")).create();
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
    void watchesTellWhatHappensSinceAVersion() {
        ConfigMap a = client.resource(configMap("a", "1")).create();
        List<String> seen = new CopyOnWriteArrayList<>();
        Watcher<ConfigMap> watcher = new Watcher<>() {
            @Override
            public void eventReceived(Action action, ConfigMap object) {
                seen.add(action + " " + object.getMetadata().getName());
            }

            @Override
            public void onClose(WatcherException cause) {
                seen.add("closed " + cause);
            }
        };
        try (Watch _ = configMaps()
                .withLabelIn("name", "a", "b")
                .watch(
                        new ListOptionsBuilder()
                                .withResourceVersion(a.getMetadata().getResourceVersion())
                                .build(),
                        watcher)) {
            client.resource(configMap("b", "1")).create();
            client.resource(configMap("c", "1")).create();
            client.resource(configMap("a", "2")).update();
            client.resource(configMap("b", "1")).delete();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(seen).containsExactly("ADDED b", "MODIFIED a", "DELETED b"));
        }
    }

    /** Tells what an informer saw, in words. */
    private record Telling(List<String> seen) implements ResourceEventHandler<ConfigMap> {
        Telling() {
            this(new CopyOnWriteArrayList<>());
        }

        @Override
        public void onAdd(ConfigMap object) {
            seen.add("added " + object.getMetadata().getName());
        }

        @Override
        public void onUpdate(ConfigMap before, ConfigMap object) {
            seen.add("updated " + object.getMetadata().getName() + " "
                    + before.getData().get("k") + " to " + object.getData().get("k"));
        }

        @Override
        public void onDelete(ConfigMap object, boolean unknown) {
            seen.add("deleted " + object.getMetadata().getName());
        }
    }

    @Test
    void informersFollowWhatHappens() {
        client.resource(configMap("a", "1")).create();
        Telling telling = new Telling();
        try (SharedIndexInformer<ConfigMap> informer = configMaps().inform(telling)) {
            client.resource(configMap("b", "1")).create();
            client.resource(configMap("a", "2")).update();
            client.resource(configMap("b", "1")).delete();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(telling.seen())
                            .containsExactly("added a", "added b", "updated a 1 to 2", "deleted b"));
            assertThat(informer.getStore().list()).hasSize(1);
        }
    }

    /** Asks the server to end each watch after a second, and remembers from where they began. */
    private record ShortWatches(List<String> begun) implements Interceptor {
        private static final Pattern VERSION = Pattern.compile("resourceVersion=(\\d+)");

        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            String uri = request.uri().toString();
            Matcher version = VERSION.matcher(uri);
            if (uri.contains("watch=true") && version.find()) {
                begun.add(version.group(1));
                builder.uri(URI.create(uri.replaceAll("timeoutSeconds=\\d+", "timeoutSeconds=1")));
            }
        }
    }

    @Test
    void informersGoOnWhereTheServerEndedTheirWatch() {
        client.resource(configMap("a", "1")).create();
        ShortWatches watches = new ShortWatches(new CopyOnWriteArrayList<>());
        Telling telling = new Telling();
        try (KubernetesClient hurried = builder(cluster)
                        .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("short", watches))
                        .build();
                SharedIndexInformer<ConfigMap> _ =
                        hurried.configMaps().inNamespace(namespace).inform(telling)) {
            ConfigMap a = client.resource(configMap("a", "2")).update();
            long changed = Long.parseLong(a.getMetadata().getResourceVersion());
            // From there, or from a bookmark behind it.
            Awaitility.await().until(() -> watches.begun().stream().anyMatch(from -> Long.parseLong(from) >= changed));
            client.resource(a).delete();
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(telling.seen()).containsExactly("added a", "updated a 1 to 2", "deleted a"));
        }
    }

    @Test
    void oneOfTwoCandidatesLeadsAndHandsOver() throws Exception {
        AtomicReference<String> leader = new AtomicReference<>("nobody");
        AtomicInteger stopped = new AtomicInteger();
        CompletableFuture<?> first = elect("first", leader::set, stopped);
        Awaitility.await().until(() -> leader.get().equals("first"));
        CompletableFuture<?> second = elect("second", leader::set, stopped);
        awaitRenewal();
        assertThat(leader).hasValue("first");

        first.cancel(true);
        Awaitility.await().until(() -> leader.get().equals("second"));
        Awaitility.await().untilAsserted(() -> assertThat(stopped).hasValue(1));
        assertThat(lease().at("/spec/holderIdentity")).isEqualTo("second");
        assertThat(lease().at("/spec/leaseTransitions")).isEqualTo("1");
        awaitRenewal();
        second.cancel(true);
        Awaitility.await().until(() -> stopped.get() == 2);
    }

    private Reply lease() throws Exception {
        return cluster.admin()
                .get("/apis/coordination.k8s.io/v1/namespaces/" + namespace + "/leases/lock")
                .expect(200);
    }

    private String renewTime() throws Exception {
        return lease().at("/spec/renewTime");
    }

    /** Whoever renews is past becoming the leader: only then can the client be told to give that up. */
    private void awaitRenewal() throws Exception {
        String renewed = renewTime();
        Awaitility.await().until(() -> !renewTime().equals(renewed));
    }

    private CompletableFuture<?> elect(String identity, Consumer<String> leads, AtomicInteger stopped) {
        LeaderElector elector = client.leaderElector()
                .withConfig(new LeaderElectionConfigBuilder()
                        .withName("test")
                        .withLock(new LeaseLock(namespace, "lock", identity))
                        // Nobody waits for its end: a lease is handed over.
                        .withLeaseDuration(Duration.ofMinutes(5))
                        .withRenewDeadline(Duration.ofMinutes(4))
                        .withRetryPeriod(Duration.ofMillis(200))
                        .withReleaseOnCancel(true)
                        .withLeaderCallbacks(
                                new LeaderCallbacks(() -> leads.accept(identity), stopped::incrementAndGet, _ -> {}))
                        .build())
                .build();
        return elector.start();
    }

    @Test
    void serverSideApplySharesFields() {
        ConfigMap applied =
                client.resource(configMap("a", "1")).fieldManager("one").serverSideApply();
        assertThat(managers(applied)).containsExactly("one");
        refused(
                409,
                "Apply failed with 1 conflict: conflict with \"one\": .data.k",
                () -> client.resource(configMap("a", "2")).fieldManager("two").serverSideApply());

        ConfigMap forced = client.resource(configMap("a", "2"))
                .fieldManager("two")
                .forceConflicts()
                .serverSideApply();
        assertThat(forced.getData()).containsEntry("k", "2");
        assertThat(managers(forced)).containsExactlyInAnyOrder("one", "two");
        refused(
                409,
                "Apply failed with 1 conflict: conflict with \"two\": .data.k",
                () -> client.resource(configMap("a", "1")).fieldManager("one").serverSideApply());
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
