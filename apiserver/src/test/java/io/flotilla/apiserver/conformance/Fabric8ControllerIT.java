package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What controllers do with the client of fabric8, unmodified: watches, informers and the election of a leader. */
@ExtendWith(Cluster.class)
@Timeout(600)
final class Fabric8ControllerIT {
    private final Cluster.Running cluster;
    private final KubernetesClient client;
    private String namespace = "";

    Fabric8ControllerIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.client = Fabric8ClientIT.builder(cluster).build();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        namespace = cluster.namespace();
    }

    @AfterEach
    void close() {
        client.close();
    }

    private NonNamespaceOperation<ConfigMap, ConfigMapList, Resource<ConfigMap>> configMaps() {
        return client.configMaps().inNamespace(namespace);
    }

    @Test
    void watchesTellWhatHappensSinceAVersion() {
        ConfigMap a =
                client.resource(Fabric8ClientIT.configMap(namespace, "a", "1")).create();
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
            client.resource(Fabric8ClientIT.configMap(namespace, "b", "1")).create();
            client.resource(Fabric8ClientIT.configMap(namespace, "c", "1")).create();
            client.resource(Fabric8ClientIT.configMap(namespace, "a", "2")).update();
            client.resource(Fabric8ClientIT.configMap(namespace, "b", "1")).delete();
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
        client.resource(Fabric8ClientIT.configMap(namespace, "a", "1")).create();
        Telling telling = new Telling();
        try (SharedIndexInformer<ConfigMap> informer = configMaps().inform(telling)) {
            client.resource(Fabric8ClientIT.configMap(namespace, "b", "1")).create();
            client.resource(Fabric8ClientIT.configMap(namespace, "a", "2")).update();
            client.resource(Fabric8ClientIT.configMap(namespace, "b", "1")).delete();
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
        client.resource(Fabric8ClientIT.configMap(namespace, "a", "1")).create();
        ShortWatches watches = new ShortWatches(new CopyOnWriteArrayList<>());
        Telling telling = new Telling();
        try (KubernetesClient hurried = Fabric8ClientIT.builder(cluster)
                        .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("short", watches))
                        .build();
                SharedIndexInformer<ConfigMap> _ =
                        hurried.configMaps().inNamespace(namespace).inform(telling)) {
            ConfigMap a = client.resource(Fabric8ClientIT.configMap(namespace, "a", "2"))
                    .update();
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
}
