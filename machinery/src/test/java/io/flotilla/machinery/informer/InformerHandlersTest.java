package io.flotilla.machinery.informer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InformerHandlersTest {
    private final FakeCluster cluster = new FakeCluster();
    private final Informers informers = new Informers(cluster);
    private final Informer<ConfigMap> configMaps = informers.of(ResourceTypes.CONFIG_MAPS);

    @AfterEach
    void stop() {
        informers.close();
    }

    private void create(String name) {
        cluster.resource(ResourceTypes.CONFIG_MAPS)
                .create(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace("ns")
                        .withName(name)
                        .endMetadata()
                        .withData(Map.of("key", "value"))
                        .build());
    }

    private static EventHandler<ConfigMap> recordingIn(List<String> names) {
        return new EventHandler<>() {
            @Override
            public void onAdd(ConfigMap object) {
                names.add(object.getMetadata().getName());
            }

            @Override
            public void onUpdate(ConfigMap before, ConfigMap now) {}

            @Override
            public void onDelete(ConfigMap last) {}
        };
    }

    @Test
    void aHandlerTakenAwayHearsOfNothingMore() {
        List<String> stays = new CopyOnWriteArrayList<>();
        List<String> goes = new CopyOnWriteArrayList<>();
        EventHandler<ConfigMap> leaving = recordingIn(goes);
        configMaps.addHandler(leaving);
        configMaps.addHandler(recordingIn(stays));
        informers.start();
        create("first");
        await().until(() -> stays.size() == 1 && goes.size() == 1);
        configMaps.removeHandler(leaving);
        create("second");
        await().until(() -> stays.size() == 2);
        assertThat(goes).containsExactly("first");
    }

    @Test
    void keepsWhatTheTransformLeaves() {
        configMaps.setTransform(map -> {
            map.setData(Map.of());
            return map;
        });
        informers.start();
        create("first");
        await().until(() ->
                configMaps.lister().get(new ObjectKey("ns", "first")).isPresent());
        assertThat(configMaps
                        .lister()
                        .get(new ObjectKey("ns", "first"))
                        .orElseThrow()
                        .getData())
                .isEmpty();
    }
}
