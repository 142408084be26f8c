package io.flotilla.controllermanager.podgc;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.controllermanager.endpointslice.Services;
import io.flotilla.controllermanager.nodelifecycle.Nodes;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.scheme.ResourceTypes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PodGarbageCollectorTest {
    private final Harness harness = new Harness();

    @AfterEach
    void stop() {
        harness.close();
    }

    @Test
    void deletesPodsThatWereDeletedBeforeTheyWereBoundAndSparesAllOthers() {
        harness.api(ResourceTypes.NODES).create(Nodes.node("node-1", "a", "True"));
        harness.api(ResourceTypes.PODS).create(Services.pod(1, true));
        harness.api(ResourceTypes.PODS)
                .create(new PodBuilder(Services.pod(2, false))
                        .editMetadata()
                        .withDeletionTimestamp("2026-01-01T00:00:00Z")
                        .endMetadata()
                        .editSpec()
                        .withNodeName(null)
                        .endSpec()
                        .build());
        harness.run(PodGarbageCollector::new);
        eventually().until(() -> !harness.exists(ResourceTypes.PODS, "web-2"));
        assertThat(harness.exists(ResourceTypes.PODS, "web-1")).isTrue();
        assertThat(harness.cluster().actions())
                .filteredOn(action -> action.verb().equals("delete"))
                .extracting(FakeCluster.Action::key)
                .hasSize(1);
    }
}
