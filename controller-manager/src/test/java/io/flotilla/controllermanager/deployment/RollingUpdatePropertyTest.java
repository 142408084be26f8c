package io.flotilla.controllermanager.deployment;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.controllermanager.replicaset.ReplicaSetController;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever the order in which pods get ready, a rolling update stays within its limits. */
class RollingUpdatePropertyTest {

    @ParameterizedTest(name = "seed {0}: {1} replicas, surge {2}, unavailable {3}")
    @CsvSource({"1,6,1,0", "2,6,0,1", "3,10,25%,25%", "4,7,100%,0", "5,5,2,2", "6,1,1,0", "7,9,0,50%"})
    void staysWithinItsLimits(long seed, int size, String surge, String unavailable) {
        Random random = new Random(seed);
        try (Harness harness = new Harness()) {
            harness.run(DeploymentController::new, ReplicaSetController::new);
            Deployment deployment = Deployments.rolling("web", size, surge, unavailable);
            Limits limits = Limits.of(deployment);
            harness.api(ResourceTypes.DEPLOYMENTS).create(deployment);
            eventually().until(() -> {
                harness.setAllReady();
                return available(harness) == size && observed(harness, size);
            });
            Queue<String> violations = new ConcurrentLinkedQueue<>();
            AtomicBoolean watching = new AtomicBoolean(true);
            harness.cluster().beforeWrite((action, body) -> {
                if (watching.get()
                        && action.verb().equals("update")
                        && action.subresource().isEmpty()
                        && body instanceof ReplicaSet) {
                    check(harness, limits, size, violations);
                }
            });
            harness.change(
                    ResourceTypes.DEPLOYMENTS,
                    harness.get(ResourceTypes.DEPLOYMENTS, "web"),
                    fresh -> Deployments.withImage(fresh, "nginx:2"));
            eventually().until(() -> {
                readyOne(harness, random);
                check(harness, limits, size, violations);
                return finished(harness, size);
            });
            watching.set(false);
            assertThat(violations).isEmpty();
        }
    }

    private static void check(Harness harness, Limits limits, int size, Queue<String> violations) {
        int desired = Rollout.replicas(harness.list(ResourceTypes.REPLICA_SETS));
        if (desired > size + limits.maxSurge()) {
            violations.add(desired + " pods asked for");
        }
        long available = available(harness);
        if (available < size - limits.maxUnavailable()) {
            violations.add(available + " pods available");
        }
    }

    private static long available(Harness harness) {
        return harness.pods().stream()
                .filter(PodStates::isActive)
                .filter(PodStates::isReady)
                .count();
    }

    private static boolean observed(Harness harness, int size) {
        return Integer.valueOf(size)
                .equals(harness.get(ResourceTypes.DEPLOYMENTS, "web")
                        .getStatus()
                        .getAvailableReplicas());
    }

    private static void readyOne(Harness harness, Random random) {
        List<Pod> waiting =
                harness.pods().stream().filter(pod -> !PodStates.isReady(pod)).toList();
        if (!waiting.isEmpty()) {
            try {
                harness.setReady(waiting.get(random.nextInt(waiting.size())), true);
            } catch (ApiException e) {
                if (!e.isNotFound()) {
                    throw e;
                }
            }
        }
    }

    private static boolean finished(Harness harness, int size) {
        return harness.list(ResourceTypes.REPLICA_SETS).stream()
                        .filter(replicaSet -> Deployments.image(replicaSet).equals("nginx:2"))
                        .anyMatch(replicaSet -> Rollout.available(replicaSet) == size)
                && harness.pods().size() == size;
    }
}
