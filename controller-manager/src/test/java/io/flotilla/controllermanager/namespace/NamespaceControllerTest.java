package io.flotilla.controllermanager.namespace;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.machinery.client.ApiClient.DiscoveredResource;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NamespaceControllerTest {
    private final Harness harness = new Harness();

    @BeforeEach
    void serve() {
        List<String> verbs = List.of("list", "delete", "deletecollection");
        harness.cluster().serve(new DiscoveredResource("", "v1", "pods", "Pod", true, verbs, true));
        harness.cluster().serve(new DiscoveredResource("", "v1", "configmaps", "ConfigMap", true, verbs, true));
        harness.cluster().serve(new DiscoveredResource("", "v1", "nodes", "Node", false, verbs, true));
    }

    @AfterEach
    void stop() {
        harness.close();
    }

    private void configMap(String namespace, String name, String... finalizers) {
        harness.api(ResourceTypes.CONFIG_MAPS)
                .create(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .withFinalizers(finalizers)
                        .endMetadata()
                        .build());
    }

    /** In the real API server the spec's finalizer holds the object; here an ordinary one does. */
    private Namespace terminating(String name) {
        Namespace namespace = harness.namespace(name);
        return harness.api(ResourceTypes.NAMESPACES)
                .update(new NamespaceBuilder(namespace)
                        .editMetadata()
                        .withDeletionTimestamp("2026-01-01T00:00:00Z")
                        .addToFinalizers("test")
                        .endMetadata()
                        .build());
    }

    private Optional<String> condition(String type) {
        return harness.get(ResourceTypes.NAMESPACES, "gone").getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .map(condition -> condition.getStatus() + " " + condition.getReason() + ": " + condition.getMessage())
                .findFirst();
    }

    @Test
    void emptiesTheNamespaceAndFinalizesIt() {
        configMap("gone", "one");
        configMap("gone", "two");
        configMap("stays", "three");
        terminating("gone");
        harness.run(NamespaceController::new);
        eventually().untilAsserted(() -> {
            Namespace namespace = harness.get(ResourceTypes.NAMESPACES, "gone");
            assertThat(namespace.getSpec().getFinalizers()).isEmpty();
            assertThat(namespace.getStatus().getPhase()).isEqualTo("Terminating");
        });
        assertThat(harness.list(ResourceTypes.CONFIG_MAPS))
                .extracting(map -> map.getMetadata().getName())
                .containsExactly("three");
        assertThat(harness.cluster().actions())
                .filteredOn(action -> action.subresource().equals("finalize"))
                .hasSize(1);
        assertThat(condition("NamespaceContentRemaining"))
                .contains("False ContentRemoved: All content successfully removed");
    }

    @Test
    void saysWhatHoldsItUp() {
        configMap("gone", "one", "example.com/hold");
        terminating("gone");
        harness.run(NamespaceController::new);
        eventually().untilAsserted(() -> {
            assertThat(condition("NamespaceContentRemaining"))
                    .contains("True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource"
                            + " instances");
            assertThat(condition("NamespaceFinalizersRemaining"))
                    .contains("True SomeFinalizersRemain: Some content in the namespace has finalizers remaining:"
                            + " example.com/hold in 1 resource instances");
            assertThat(condition("NamespaceDeletionContentFailure"))
                    .contains("False ContentDeleted: All content successfully deleted, may be waiting on finalization");
        });
        harness.change(
                ResourceTypes.CONFIG_MAPS,
                harness.list(ResourceTypes.CONFIG_MAPS).getFirst(),
                fresh -> new ConfigMapBuilder(fresh)
                        .editMetadata()
                        .withFinalizers()
                        .endMetadata()
                        .build());
        eventually()
                .until(() -> harness.get(ResourceTypes.NAMESPACES, "gone")
                        .getSpec()
                        .getFinalizers()
                        .isEmpty());
    }

    @Test
    void saysWhatCouldNotBeDeleted() {
        configMap("gone", "one");
        terminating("gone");
        harness.cluster().beforeWrite((action, _) -> {
            if (action.verb().equals("delete")) {
                throw FakeCluster.refusal(500, "InternalError", "no way");
            }
        });
        harness.run(NamespaceController::new);
        eventually()
                .untilAsserted(() -> assertThat(condition("NamespaceDeletionContentFailure"))
                        .contains("True ContentDeletionFailed: Failed to delete all resource types, 1 remaining: no"
                                + " way"));
    }
}
