package io.flotilla.machinery.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FakeClusterTest {
    private final FakeCluster cluster = new FakeCluster();
    private final ResourceClient<ConfigMap> configMaps = cluster.resource(ResourceTypes.CONFIG_MAPS);

    private static ConfigMap named(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .endMetadata()
                .addToData("a", "1")
                .build();
    }

    @Test
    void anUpdateFromAnOldVersionConflicts() {
        ConfigMap first = configMaps.create(named("one"));
        configMaps.patch(ObjectKey.of(first), Patch.merge(Map.of("data", Map.of("a", "2"))));

        assertThatExceptionOfType(ApiException.Refused.class)
                .isThrownBy(() -> configMaps.update(first))
                .matches(ApiException::isConflict);
    }

    @Test
    void aDeletedObjectWithFinalizersStaysUntilTheyAreGone() {
        ConfigMap held = named("held");
        held.getMetadata().setFinalizers(java.util.List.of("example.com/hold"));
        configMaps.create(held);

        configMaps.delete(new ObjectKey("default", "held"));
        ConfigMap deleting = configMaps.get(new ObjectKey("default", "held"));
        assertThat(deleting.getMetadata().getDeletionTimestamp()).isNotNull();

        deleting.getMetadata().setFinalizers(java.util.List.of());
        configMaps.update(deleting);
        assertThatExceptionOfType(ApiException.Refused.class)
                .isThrownBy(() -> configMaps.get(new ObjectKey("default", "held")))
                .matches(ApiException::isNotFound);
    }

    /** 3,000 names of a million: with one try each, some would be taken in all runs but one of seventy. */
    @Test
    void aGeneratedNameIsOneThatIsFree() {
        ConfigMap nameless = named("");
        nameless.getMetadata().setName(null);
        nameless.getMetadata().setGenerateName("web-");

        for (int i = 0; i < 3_000; i++) {
            configMaps.create(nameless);
        }

        assertThat(cluster.actions()).hasSize(3_000);
        assertThat(configMaps.list(ListOptions.ALL).items()).hasSize(3_000);
    }
}
