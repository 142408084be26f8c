package io.flotilla.controllermanager.replicaset;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.object.OwnerReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplicaSetControllerTest {
    private final Harness harness = new Harness();

    @AfterEach
    void stop() {
        harness.close();
    }

    private ReplicaSet create(String name, int replicas) {
        return harness.api(ResourceTypes.REPLICA_SETS)
                .create(new ReplicaSetBuilder()
                        .withNewMetadata()
                        .withNamespace(Harness.NAMESPACE)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(replicas)
                        .withNewSelector()
                        .addToMatchLabels("app", name)
                        .endSelector()
                        .withNewTemplate()
                        .withNewMetadata()
                        .addToLabels("app", name)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("c")
                        .withImage("nginx")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build());
    }

    private void scale(ReplicaSet replicaSet, int replicas) {
        harness.change(
                ResourceTypes.REPLICA_SETS,
                replicaSet,
                fresh -> new ReplicaSetBuilder(fresh)
                        .editSpec()
                        .withReplicas(replicas)
                        .endSpec()
                        .build());
    }

    private Pod orphan(String name, Map<String, String> labels) {
        return harness.api(ResourceTypes.PODS)
                .create(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(Harness.NAMESPACE)
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .build());
    }

    @Test
    void createsThePodsAskedForUnderItsNameAndOwnership() {
        harness.run(ReplicaSetController::new);
        ReplicaSet web = create("web", 10);
        eventually().until(() -> harness.pods().size() == 10);
        assertThat(harness.pods()).allSatisfy(pod -> {
            assertThat(pod.getMetadata().getName()).startsWith("web-");
            assertThat(OwnerReferences.isControlledBy(pod, web)).isTrue();
            assertThat(pod.getMetadata().getOwnerReferences().getFirst().getBlockOwnerDeletion())
                    .isTrue();
        });
        eventually()
                .untilAsserted(() -> assertThat(harness.events().lines())
                        .filteredOn(line -> line.startsWith("Normal SuccessfulCreate Created pod: web-"))
                        .hasSize(10));
    }

    @Test
    void countsPodsIntoTheStatus() {
        harness.run(ReplicaSetController::new);
        ReplicaSet web = create("web", 3);
        eventually().until(() -> harness.pods().size() == 3);
        harness.setReady(harness.pods().getFirst(), true);
        eventually().untilAsserted(() -> {
            var status = harness.get(ResourceTypes.REPLICA_SETS, "web").getStatus();
            assertThat(status.getReplicas()).isEqualTo(3);
            assertThat(status.getFullyLabeledReplicas()).isEqualTo(3);
            assertThat(status.getReadyReplicas()).isEqualTo(1);
            assertThat(status.getAvailableReplicas()).isEqualTo(1);
            assertThat(status.getObservedGeneration()).isEqualTo(1);
        });
        scale(web, 0);
        eventually().untilAsserted(() -> {
            assertThat(harness.pods()).isEmpty();
            var status = harness.get(ResourceTypes.REPLICA_SETS, "web").getStatus();
            assertThat(status.getReplicas()).isZero();
            assertThat(status.getReadyReplicas()).isNull();
            assertThat(status.getObservedGeneration()).isEqualTo(2);
        });
    }

    @Test
    void deletesThePodsThatAreNotReadyFirst() {
        harness.run(ReplicaSetController::new);
        ReplicaSet web = create("web", 4);
        eventually().until(() -> harness.pods().size() == 4);
        Pod ready = harness.pods().get(2);
        harness.setReady(ready, true);
        eventually()
                .until(() -> Integer.valueOf(1)
                        .equals(harness.get(ResourceTypes.REPLICA_SETS, "web")
                                .getStatus()
                                .getReadyReplicas()));
        scale(web, 1);
        eventually().until(() -> harness.pods().size() == 1);
        assertThat(harness.pods().getFirst().getMetadata().getName())
                .isEqualTo(ready.getMetadata().getName());
        eventually()
                .untilAsserted(() -> assertThat(harness.events().lines())
                        .filteredOn(line -> line.startsWith("Normal SuccessfulDelete Deleted pod: web-"))
                        .hasSize(3));
    }

    @Test
    void replacesAPodThatIsDeleted() {
        harness.run(ReplicaSetController::new);
        create("web", 2);
        eventually().until(() -> harness.pods().size() == 2);
        Pod lost = harness.pods().getFirst();
        harness.api(ResourceTypes.PODS).delete(ObjectKey.of(lost));
        eventually()
                .untilAsserted(() -> assertThat(harness.pods())
                        .hasSize(2)
                        .noneMatch(pod -> pod.getMetadata()
                                .getUid()
                                .equals(lost.getMetadata().getUid())));
    }

    @Test
    void adoptsOrphansThatItSelectsAndReleasesPodsThatItDoesNot() {
        harness.run(ReplicaSetController::new);
        Pod stray = orphan("stray", Map.of("app", "web"));
        orphan("other", Map.of("app", "db"));
        // A controller that does not know of the stray yet creates a pod in its place, and one of the three has to go.
        eventually()
                .until(() -> harness.caches()
                        .pods()
                        .lister()
                        .get(ObjectKey.of(stray))
                        .isPresent());
        ReplicaSet web = create("web", 2);
        eventually().until(() -> harness.pods().size() == 3);
        eventually().until(() -> OwnerReferences.isControlledBy(harness.get(ResourceTypes.PODS, "stray"), web));
        harness.change(
                ResourceTypes.PODS,
                stray,
                fresh -> new PodBuilder(fresh)
                        .editMetadata()
                        .withLabels(Map.of("app", "debug"))
                        .endMetadata()
                        .build());
        eventually().untilAsserted(() -> {
            assertThat(OwnerReferences.controllerOf(harness.get(ResourceTypes.PODS, "stray")))
                    .isEmpty();
            assertThat(harness.pods()).hasSize(4);
        });
    }

    @Test
    void saysWhyPodsCannotBeCreatedAndRecovers() {
        AtomicBoolean quota = new AtomicBoolean(true);
        harness.cluster().beforeWrite((action, _) -> {
            if (quota.get()
                    && action.verb().equals("create")
                    && action.resource().equals("pods")) {
                throw FakeCluster.refusal(403, "Forbidden", "exceeded quota");
            }
        });
        harness.run(ReplicaSetController::new);
        create("web", 8);
        eventually()
                .untilAsserted(() -> assertThat(harness.get(ResourceTypes.REPLICA_SETS, "web")
                                .getStatus()
                                .getConditions())
                        .singleElement()
                        .satisfies(condition -> {
                            assertThat(condition.getType()).isEqualTo("ReplicaFailure");
                            assertThat(condition.getReason()).isEqualTo("FailedCreate");
                            assertThat(condition.getMessage()).isEqualTo("exceeded quota");
                        }));
        assertThat(harness.events().lines()).contains("Warning FailedCreate Error creating: exceeded quota");
        quota.set(false);
        eventually().untilAsserted(() -> {
            assertThat(harness.pods()).hasSize(8);
            assertThat(harness.get(ResourceTypes.REPLICA_SETS, "web")
                            .getStatus()
                            .getConditions())
                    .isEmpty();
        });
    }

    @Test
    void neverCreatesMoreThanAskedForThoughTheCacheLags() {
        harness.run(ReplicaSetController::new);
        create("web", 300);
        eventually().until(() -> harness.readyPods() == 0 && harness.pods().size() == 300);
        eventually()
                .until(() -> Integer.valueOf(300)
                        .equals(harness.get(ResourceTypes.REPLICA_SETS, "web")
                                .getStatus()
                                .getReplicas()));
        assertThat(harness.cluster().actions())
                .filteredOn(action ->
                        action.verb().equals("create") && action.resource().equals("pods"))
                .hasSize(300);
    }

    @Test
    void countsPodsAsAvailableOnlyAfterMinReadySeconds() {
        harness.runIn(harness.timelessContext(), ReplicaSetController::new);
        ReplicaSet web = create("web", 1);
        harness.change(
                ResourceTypes.REPLICA_SETS,
                web,
                fresh -> new ReplicaSetBuilder(fresh)
                        .editSpec()
                        .withMinReadySeconds(2)
                        .endSpec()
                        .build());
        eventually().until(() -> harness.pods().size() == 1);
        harness.setReady(harness.pods().getFirst(), true);
        eventually().untilAsserted(() -> {
            var status = harness.get(ResourceTypes.REPLICA_SETS, "web").getStatus();
            assertThat(status.getReadyReplicas()).isEqualTo(1);
            assertThat(status.getAvailableReplicas()).isNull();
        });
        harness.pass(Duration.ofSeconds(2));
        eventually()
                .until(() -> Integer.valueOf(1)
                        .equals(harness.get(ResourceTypes.REPLICA_SETS, "web")
                                .getStatus()
                                .getAvailableReplicas()));
    }
}
