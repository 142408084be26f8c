package io.flotilla.machinery.informer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class InformersTest {
    private final FakeCluster cluster = new FakeCluster();
    private final ResourceClient<ConfigMap> configMaps = cluster.resource(ResourceTypes.CONFIG_MAPS);
    private final Informers informers = new Informers(cluster);
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        informers.close();
    }

    private ConfigMap create(String name) {
        return configMaps.create(new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .addToLabels("app", name)
                .endMetadata()
                .build());
    }

    private void change(String name, String value) {
        configMaps.patch(new ObjectKey("default", name), Patch.merge(Map.of("data", Map.of("k", value))));
    }

    private Informer<ConfigMap> listening() throws InterruptedException {
        Informer<ConfigMap> informer = informers.of(ResourceTypes.CONFIG_MAPS);
        informer.addIndex("app", map -> List.of(map.getMetadata().getLabels().get("app")));
        informer.addHandler(handler());
        informers.start();
        informers.awaitSynced();
        return informer;
    }

    private EventHandler<ConfigMap> handler() {
        return new EventHandler<>() {
            @Override
            public void onAdd(ConfigMap object) {
                heard.add("add " + object.getMetadata().getName());
            }

            @Override
            public void onUpdate(ConfigMap before, ConfigMap now) {
                heard.add("update " + now.getMetadata().getName());
            }

            @Override
            public void onDelete(ConfigMap last) {
                heard.add("delete " + last.getMetadata().getName());
            }
        };
    }

    private void awaitHeard(String... lines) {
        await().untilAsserted(() -> assertThat(heard).containsExactly(lines));
    }

    @Test
    void syncedMeansThatTheHandlersHaveSeenTheInitialList() throws InterruptedException {
        create("one");
        create("two");

        Informer<ConfigMap> informer = listening();

        assertThat(heard).containsExactly("add one", "add two");
        assertThat(informer.lister().byIndex("app", "two")).hasSize(1);
    }

    @Test
    void changesArriveInOrderAndTheCopyFollows() throws InterruptedException {
        Informer<ConfigMap> informer = listening();

        create("one");
        change("one", "v");
        configMaps.delete(new ObjectKey("default", "one"));

        awaitHeard("add one", "update one", "delete one");
        assertThat(informer.lister().list()).isEmpty();
        assertThat(informer.lister().byIndex("app", "one")).isEmpty();
    }

    @Test
    void aBrokenWatchGoesOnWhereItEnded() throws InterruptedException {
        create("one");
        listening();

        cluster.breakWatches();
        change("one", "v");
        create("two");

        awaitHeard("add one", "update one", "add two");
    }

    @Test
    void aVersionTooOldLeadsToANewListWhoseDifferenceIsTold() throws InterruptedException {
        create("gone");
        create("kept");
        create("replaced");
        Informer<ConfigMap> informer = listening();
        heard.clear();

        synchronized (cluster) {
            cluster.breakWatches();
            configMaps.delete(new ObjectKey("default", "gone"));
            configMaps.delete(new ObjectKey("default", "replaced"));
            create("replaced");
            cluster.compact();
        }

        await().untilAsserted(() ->
                assertThat(heard).containsExactlyInAnyOrder("delete replaced", "add replaced", "delete gone"));
        assertThat(informer.lister().list()).hasSize(2);
    }

    @Test
    void aLateHandlerIsToldWhatIsThere() throws InterruptedException {
        create("one");
        Informer<ConfigMap> informer = informers.of(ResourceTypes.CONFIG_MAPS);
        informers.start();
        informers.awaitSynced();

        informer.addHandler(handler());

        assertThat(heard).containsExactly("add one");
    }

    @Test
    void aFailingHandlerDoesNotKeepTheOthersFromHearing() throws InterruptedException {
        Informer<ConfigMap> informer = informers.of(ResourceTypes.CONFIG_MAPS);
        informer.addHandler(new EventHandler<>() {
            @Override
            public void onAdd(ConfigMap object) {
                throw new IllegalStateException("a bug");
            }

            @Override
            public void onUpdate(ConfigMap before, ConfigMap now) {}

            @Override
            public void onDelete(ConfigMap last) {}
        });
        informer.addHandler(handler());
        informers.start();
        informers.awaitSynced();

        create("one");

        awaitHeard("add one");
    }
}
