package io.flotilla.controllermanager.deployment;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.controllermanager.replicaset.ReplicaSetController;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeploymentControllerTest {
    private final Harness harness = new Harness();

    @AfterEach
    void stop() {
        harness.close();
    }

    private void run() {
        harness.run(DeploymentController::new, ReplicaSetController::new);
    }

    private Deployment web() {
        return harness.get(ResourceTypes.DEPLOYMENTS, "web");
    }

    private void setImage(String image) {
        harness.change(ResourceTypes.DEPLOYMENTS, web(), fresh -> Deployments.withImage(fresh, image));
    }

    private List<ReplicaSet> replicaSets() {
        return harness.list(ResourceTypes.REPLICA_SETS);
    }

    private ReplicaSet replicaSetOf(String image) {
        return replicaSets().stream()
                .filter(replicaSet -> Deployments.image(replicaSet).equals(image))
                .findFirst()
                .orElseThrow();
    }

    private String condition(String type) {
        return web().getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .map(condition -> condition.getStatus() + " " + condition.getReason() + ": " + condition.getMessage())
                .findFirst()
                .orElse("none");
    }

    private void rolledOut() {
        eventually().untilAsserted(() -> {
            harness.setAllReady();
            var status = web().getStatus();
            int size = web().getSpec().getReplicas();
            assertThat(status.getObservedGeneration())
                    .isEqualTo(web().getMetadata().getGeneration());
            assertThat(status.getAvailableReplicas()).isEqualTo(size);
            assertThat(status.getUpdatedReplicas()).isEqualTo(size);
            assertThat(status.getReplicas()).isEqualTo(size);
        });
    }

    @Test
    void createsAReplicaSetNamedAndLabelledByTheHashOfTheTemplate() {
        run();
        harness.api(ResourceTypes.DEPLOYMENTS).create(Deployments.rolling("web", 3, "25%", "25%"));
        eventually().until(() -> harness.pods().size() == 3);
        ReplicaSet replicaSet = replicaSets().getFirst();
        String hash = replicaSet.getMetadata().getLabels().get("pod-template-hash");
        assertThat(replicaSet.getMetadata().getName()).isEqualTo("web-" + hash);
        assertThat(hash).matches("[bcdfghjklmnpqrstvwxz2456789]{1,10}");
        assertThat(replicaSet.getSpec().getSelector().getMatchLabels())
                .containsEntry("pod-template-hash", hash)
                .containsEntry("app", "web");
        assertThat(harness.pods())
                .allMatch(pod -> hash.equals(pod.getMetadata().getLabels().get("pod-template-hash")));
        assertThat(replicaSet.getMetadata().getAnnotations())
                .containsEntry("deployment.kubernetes.io/revision", "1")
                .containsEntry("deployment.kubernetes.io/desired-replicas", "3")
                .containsEntry("deployment.kubernetes.io/max-replicas", "4");
        eventually().untilAsserted(() -> {
            assertThat(web().getMetadata().getAnnotations()).containsEntry("deployment.kubernetes.io/revision", "1");
            assertThat(condition("Available"))
                    .isEqualTo("False MinimumReplicasUnavailable: Deployment does not have minimum availability.");
            assertThat(condition("Progressing"))
                    .isEqualTo("True ReplicaSetUpdated: ReplicaSet \"web-" + hash + "\" is progressing.");
        });
        assertThat(harness.events().lines())
                .contains("Normal ScalingReplicaSet Scaled up replica set web-" + hash + " from 0 to 3");
        assertThat(harness.cluster().actions())
                .as("the revision is noted with the status, which is no new generation")
                .filteredOn(action -> action.resource().equals(ResourceTypes.DEPLOYMENTS.toString()))
                .filteredOn(action -> !action.verb().equals("create"))
                .extracting(FakeCluster.Action::subresource)
                .containsOnly("status");
        rolledOut();
        eventually().untilAsserted(() -> {
            assertThat(condition("Available"))
                    .isEqualTo("True MinimumReplicasAvailable: Deployment has minimum availability.");
            assertThat(condition("Progressing"))
                    .isEqualTo("True NewReplicaSetAvailable: ReplicaSet \"web-" + hash
                            + "\" has successfully progressed.");
        });
    }

    @Test
    void rollsOutANewImageAndKeepsTheOldRevision() {
        run();
        harness.api(ResourceTypes.DEPLOYMENTS).create(Deployments.rolling("web", 3, "1", "0"));
        rolledOut();
        setImage("nginx:2");
        rolledOut();
        eventually().untilAsserted(() -> {
            assertThat(replicaSetOf("nginx:1").getSpec().getReplicas()).isZero();
            assertThat(replicaSetOf("nginx:2").getSpec().getReplicas()).isEqualTo(3);
            assertThat(web().getMetadata().getAnnotations()).containsEntry("deployment.kubernetes.io/revision", "2");
        });
        setImage("nginx:1");
        rolledOut();
        eventually()
                .untilAsserted(
                        () -> assertThat(replicaSetOf("nginx:1").getMetadata().getAnnotations())
                                .containsEntry("deployment.kubernetes.io/revision", "3")
                                .containsEntry("deployment.kubernetes.io/revision-history", "1"));
        assertThat(replicaSets()).hasSize(2);
    }

    @Test
    void recreateEndsAllOldPodsBeforeItStartsNewOnes() {
        harness.cluster().beforeWrite((action, _) -> {
            if (action.verb().equals("create") && action.resource().equals("pods")) {
                long images = harness.pods().stream()
                        .map(pod -> pod.getSpec().getContainers().getFirst().getImage())
                        .distinct()
                        .count();
                assertThat(images).isLessThanOrEqualTo(1);
            }
        });
        run();
        harness.api(ResourceTypes.DEPLOYMENTS).create(Deployments.recreate("web", 3));
        rolledOut();
        setImage("nginx:2");
        eventually()
                .until(() -> harness.pods().stream()
                        .allMatch(pod -> pod.getSpec()
                                .getContainers()
                                .getFirst()
                                .getImage()
                                .equals("nginx:2")));
        rolledOut();
        assertThat(replicaSetOf("nginx:1").getSpec().getReplicas()).isZero();
    }

    @Test
    void changesNothingWhilePausedButItsSize() {
        run();
        harness.api(ResourceTypes.DEPLOYMENTS).create(Deployments.rolling("web", 2, "1", "1"));
        rolledOut();
        harness.change(ResourceTypes.DEPLOYMENTS, web(), fresh -> Deployments.paused(fresh, true));
        eventually()
                .untilAsserted(() -> assertThat(condition("Progressing"))
                        .isEqualTo("Unknown DeploymentPaused: Deployment is paused"));
        setImage("nginx:2");
        harness.change(ResourceTypes.DEPLOYMENTS, web(), fresh -> Deployments.sized(fresh, 4));
        eventually().until(() -> harness.pods().size() == 4);
        assertThat(replicaSets()).hasSize(1);
        harness.change(ResourceTypes.DEPLOYMENTS, web(), fresh -> Deployments.paused(fresh, false));
        rolledOut();
        eventually().until(() -> replicaSetOf("nginx:2").getSpec().getReplicas() == 4);
    }

    @Test
    void keepsOnlyAsManyOldRevisionsAsAllowed() {
        run();
        harness.api(ResourceTypes.DEPLOYMENTS)
                .create(new DeploymentBuilder(Deployments.rolling("web", 1, "1", "0"))
                        .editSpec()
                        .withRevisionHistoryLimit(2)
                        .endSpec()
                        .build());
        rolledOut();
        for (int version = 2; version <= 5; version++) {
            setImage("nginx:" + version);
            rolledOut();
        }
        eventually()
                .untilAsserted(() -> assertThat(replicaSets())
                        .extracting(Deployments::image)
                        .containsExactlyInAnyOrder("nginx:3", "nginx:4", "nginx:5"));
    }

    @Test
    void saysWhenTheDeadlineForProgressHasPassed() {
        run();
        harness.api(ResourceTypes.DEPLOYMENTS)
                .create(new DeploymentBuilder(Deployments.rolling("web", 1, "1", "0"))
                        .editSpec()
                        .withProgressDeadlineSeconds(1)
                        .endSpec()
                        .build());
        eventually().until(() -> replicaSets().size() == 1);
        String name = replicaSets().getFirst().getMetadata().getName();
        eventually()
                .untilAsserted(() -> assertThat(condition("Progressing"))
                        .isEqualTo("False ProgressDeadlineExceeded: ReplicaSet \"" + name
                                + "\" has timed out progressing."));
        rolledOut();
        eventually()
                .untilAsserted(() -> assertThat(condition("Progressing")).startsWith("True NewReplicaSetAvailable"));
    }

    @Test
    void sharesOutASizeChangedInTheMiddleOfARollout() {
        run();
        harness.api(ResourceTypes.DEPLOYMENTS).create(Deployments.rolling("web", 10, "3", "2"));
        rolledOut();
        setImage("nginx:2");
        eventually()
                .until(() -> replicaSets().size() == 2
                        && replicaSetOf("nginx:1").getSpec().getReplicas() == 8
                        && replicaSetOf("nginx:2").getSpec().getReplicas() == 5);
        harness.change(ResourceTypes.DEPLOYMENTS, web(), fresh -> Deployments.sized(fresh, 15));
        eventually().untilAsserted(() -> {
            assertThat(replicaSetOf("nginx:1").getSpec().getReplicas()).isEqualTo(11);
            assertThat(replicaSetOf("nginx:2").getSpec().getReplicas()).isEqualTo(7);
        });
        rolledOut();
    }

    @Test
    void takesAnotherNameWhenTheHashIsTaken() {
        String[] taken = new String[1];
        harness.cluster().beforeWrite((action, _) -> {
            if (action.verb().equals("create") && action.resource().equals("replicasets.apps") && taken[0] == null) {
                taken[0] = action.key().name();
                throw FakeCluster.refusal(422, "Invalid", "not now");
            }
        });
        run();
        harness.api(ResourceTypes.DEPLOYMENTS).create(Deployments.rolling("web", 1, "1", "0"));
        eventually().until(() -> replicaSets().size() == 1);
        assertThat(replicaSets().getFirst().getMetadata().getName()).isEqualTo(taken[0]);
        assertThat(harness.events().lines())
                .contains(
                        "Warning ReplicaSetCreateError Failed to create new replica set \"" + taken[0] + "\": not now");
        Deployment other = Deployments.rolling("web2", 1, "1", "0");
        harness.api(ResourceTypes.REPLICA_SETS).create(Deployments.squatter("web2", "web2-" + Deployments.hash(other)));
        harness.api(ResourceTypes.DEPLOYMENTS).create(other);
        eventually()
                .untilAsserted(() -> assertThat(harness.get(ResourceTypes.DEPLOYMENTS, "web2")
                                .getStatus()
                                .getCollisionCount())
                        .isEqualTo(1));
        eventually().until(() -> harness.list(ResourceTypes.REPLICA_SETS).size() == 3);
    }

    @Test
    void adoptsAMatchingReplicaSetOfTheSameTemplate() {
        harness.api(ResourceTypes.DEPLOYMENTS).create(Deployments.rolling("web", 2, "1", "0"));
        run();
        rolledOut();
        ReplicaSet replicaSet = replicaSets().getFirst();
        harness.change(ResourceTypes.REPLICA_SETS, replicaSet, fresh -> {
            fresh.getMetadata().setOwnerReferences(List.of());
            return fresh;
        });
        eventually()
                .untilAsserted(() -> assertThat(harness.api(ResourceTypes.REPLICA_SETS)
                                .get(ObjectKey.of(replicaSet))
                                .getMetadata()
                                .getOwnerReferences())
                        .hasSize(1));
        assertThat(replicaSets()).hasSize(1);
        assertThat(harness.pods().stream().filter(PodStates::isActive)).hasSize(2);
    }

    @Test
    void roundsPercentagesUpForSurgeAndDownForUnavailable() {
        assertThat(Limits.of(Deployments.rolling("web", 3, "25%", "25%"))).isEqualTo(new Limits(1, 0));
        assertThat(Limits.of(Deployments.rolling("web", 10, "25%", "25%"))).isEqualTo(new Limits(3, 2));
        assertThat(Limits.of(Deployments.rolling("web", 10, "0", "5%"))).isEqualTo(new Limits(0, 1));
        assertThat(Limits.of(Deployments.rolling("web", 2, "0", "100"))).isEqualTo(new Limits(0, 2));
        assertThat(new IntOrString(1).getIntVal()).isEqualTo(1);
    }

    @Test
    void setsTheTransitionTimeOnlyWhenTheStatusChanges() {
        List<DeploymentCondition> conditions = new java.util.ArrayList<>();
        Conditions.set(conditions, Conditions.of("Progressing", "True", "A", "a", "2026-01-01T00:00:00Z"));
        Conditions.set(conditions, Conditions.of("Progressing", "True", "B", "b", "2026-01-02T00:00:00Z"));
        assertThat(conditions).singleElement().satisfies(condition -> {
            assertThat(condition.getLastTransitionTime()).isEqualTo("2026-01-01T00:00:00Z");
            assertThat(condition.getLastUpdateTime()).isEqualTo("2026-01-02T00:00:00Z");
        });
    }
}
