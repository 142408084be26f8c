package io.flotilla.controllermanager.job;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpecBuilder;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.object.OwnerReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobControllerTest {
    private final Harness harness = new Harness();

    @AfterEach
    void stop() {
        harness.close();
    }

    /** As the API server defaults it. */
    private Job create(UnaryOperator<JobSpecBuilder> change) {
        JobSpecBuilder spec = new JobSpecBuilder()
                .withCompletions(1)
                .withParallelism(1)
                .withBackoffLimit(6)
                .withCompletionMode("NonIndexed")
                .withNewSelector()
                .addToMatchLabels("job", "work")
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("job", "work")
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("c")
                .withImage("busybox")
                .endContainer()
                .endSpec()
                .endTemplate();
        return harness.api(Caches.JOBS)
                .create(new JobBuilder()
                        .withNewMetadata()
                        .withNamespace(Harness.NAMESPACE)
                        .withName("work")
                        .endMetadata()
                        .withSpec(change.apply(spec).build())
                        .build());
    }

    private Job job() {
        return harness.get(Caches.JOBS, "work");
    }

    private String condition(String type) {
        return job().getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .map(condition -> condition.getStatus() + " " + condition.getReason() + ": " + condition.getMessage())
                .findFirst()
                .orElse("none");
    }

    private void end(Pod pod, String phase) {
        harness.changeStatus(
                ResourceTypes.PODS,
                pod,
                fresh -> new PodBuilder(fresh)
                        .withNewStatus()
                        .withPhase(phase)
                        .endStatus()
                        .build());
    }

    private void endAll(String phase) {
        for (Pod pod : harness.pods()) {
            if (!PodStates.isFinished(pod)) {
                try {
                    end(pod, phase);
                } catch (ApiException e) {
                    if (!e.isNotFound()) {
                        throw e;
                    }
                }
            }
        }
    }

    private long created() {
        return harness.cluster().actions().stream()
                .filter(action ->
                        action.verb().equals("create") && action.resource().equals("pods"))
                .count();
    }

    @Test
    void runsAsManyPodsAtATimeAsAllowedUntilEnoughSucceed() {
        harness.run(JobController::new);
        create(spec -> spec.withCompletions(5).withParallelism(2));
        eventually().until(() -> harness.pods().size() == 2);
        assertThat(harness.pods()).allMatch(JobPods::isTracked);
        eventually().until(() -> {
            assertThat(harness.pods().stream().filter(PodStates::isActive).count())
                    .isLessThanOrEqualTo(2);
            endAll("Succeeded");
            return condition("Complete").startsWith("True");
        });
        assertThat(condition("Complete"))
                .isEqualTo("True CompletionsReached: Reached expected number of succeeded pods");
        assertThat(job().getStatus().getSucceeded()).isEqualTo(5);
        assertThat(job().getStatus().getCompletionTime()).isNotNull();
        assertThat(created()).isEqualTo(5);
        assertThat(harness.pods()).noneMatch(JobPods::isTracked);
        assertThat(harness.events().lines()).contains("Normal Completed Job completed");
    }

    @Test
    void adoptsAPodThatLostItsOwnerAndReleasesOneThatIsSelectedNoLonger() {
        harness.run(JobController::new);
        Job job = create(spec -> spec.withCompletions(4).withParallelism(2));
        eventually().until(() -> harness.pods().size() == 2);
        Pod pod = harness.pods().getFirst();

        change(pod, Map.of("ownerReferences", List.of()));
        eventually().until(() -> OwnerReferences.isControlledBy(fresh(pod), job));
        assertThat(harness.pods()).hasSize(2);

        change(pod, Map.of("labels", Map.of("job", "other")));
        eventually().until(() -> OwnerReferences.controllerOf(fresh(pod)).isEmpty());
        eventually().until(() -> harness.pods().size() == 3);
    }

    private void change(Pod pod, Map<String, Object> metadata) {
        harness.api(ResourceTypes.PODS).patch(ObjectKey.of(pod), Patch.merge(Map.of("metadata", metadata)));
    }

    private Pod fresh(Pod pod) {
        return harness.get(ResourceTypes.PODS, pod.getMetadata().getName());
    }

    @Test
    void failsWhenMorePodsFailThanItMayRetry() {
        harness.run(JobController::new);
        create(spec -> spec.withBackoffLimit(0));
        eventually().until(() -> harness.pods().size() == 1);
        endAll("Failed");
        eventually()
                .untilAsserted(() -> assertThat(condition("Failed"))
                        .isEqualTo("True BackoffLimitExceeded: Job has reached the specified backoff limit"));
        assertThat(job().getStatus().getFailed()).isEqualTo(1);
        assertThat(created()).isEqualTo(1);
        assertThat(harness.events().lines())
                .contains("Warning BackoffLimitExceeded Job has reached the specified backoff limit");
    }

    @Test
    void failsAndEndsItsPodsWhenItTakesTooLong() {
        harness.run(JobController::new);
        create(spec -> spec.withActiveDeadlineSeconds(1L));
        eventually()
                .untilAsserted(() -> assertThat(condition("Failed"))
                        .isEqualTo("True DeadlineExceeded: Job was active longer than specified deadline"));
        assertThat(harness.pods()).isEmpty();
    }

    @Test
    void eachIndexSucceedsOnce() {
        harness.run(JobController::new);
        create(spec -> spec.withCompletions(4).withParallelism(4).withCompletionMode("Indexed"));
        eventually().until(() -> harness.pods().size() == 4);
        assertThat(harness.pods())
                .extracting(pod -> pod.getSpec().getHostname())
                .containsExactlyInAnyOrder("work-0", "work-1", "work-2", "work-3");
        eventually().until(() -> {
            endAll("Succeeded");
            return condition("Complete").startsWith("True");
        });
        assertThat(job().getStatus().getCompletedIndexes()).isEqualTo("0-3");
        assertThat(job().getStatus().getSucceeded()).isEqualTo(4);
    }

    @Test
    void suspensionEndsThePodsAndResumingStartsThemAnew() {
        harness.run(JobController::new);
        Job work = create(spec -> spec.withParallelism(2).withCompletions(2));
        eventually().until(() -> harness.pods().size() == 2);
        harness.change(
                Caches.JOBS,
                work,
                fresh -> new JobBuilder(fresh)
                        .editSpec()
                        .withSuspend(true)
                        .endSpec()
                        .build());
        eventually().until(() -> harness.pods().isEmpty());
        eventually().until(() -> condition("Suspended").equals("True JobSuspended: Job suspended"));
        harness.change(
                Caches.JOBS,
                work,
                fresh -> new JobBuilder(fresh)
                        .editSpec()
                        .withSuspend(false)
                        .endSpec()
                        .build());
        eventually().until(() -> harness.pods().size() == 2);
        assertThat(job().getStatus().getFailed()).isNull();
    }

    private static Pod deleted(String at, long grace) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("work-" + at)
                .withUid(at)
                .withFinalizers(JobPods.FINALIZER)
                .withDeletionTimestamp(at)
                .withDeletionGracePeriodSeconds(grace)
                .endMetadata()
                .build();
    }

    /** The cache may show them after the Job has gone on. */
    @Test
    void podsThatASuspensionEndedAreNoFailuresHoweverLateTheyGo() {
        Job resumed = new JobBuilder()
                .withNewSpec()
                .withSuspend(false)
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("Suspended")
                .withStatus("False")
                .withLastTransitionTime("2026-01-01T00:00:10Z")
                .endCondition()
                .endStatus()
                .build();
        JobProgress progress = new JobProgress(resumed);
        progress.count(new JobPods(List.of(deleted("2026-01-01T00:00:10Z", 0), deleted("2026-01-01T00:00:39Z", 30))));
        assertThat(progress.failures()).isZero();

        progress.count(new JobPods(List.of(deleted("2026-01-01T00:00:41Z", 30))));
        assertThat(progress.failures()).isEqualTo(1);
    }

    @Test
    void aDeletedJobHoldsItsPodsNoLonger() {
        harness.run(JobController::new);
        Job work = create(spec -> spec);
        eventually().until(() -> harness.pods().size() == 1);
        harness.api(Caches.JOBS).delete(ObjectKey.of(work));
        eventually().until(() -> harness.caches().jobs().lister().list().isEmpty());
        harness.api(ResourceTypes.PODS).delete(ObjectKey.of(harness.pods().getFirst()));
        eventually().until(() -> harness.pods().isEmpty());
    }

    @Test
    void aFinishedJobIsDeletedWhenItsTimeIsUp() {
        harness.run(JobController::new, FinishedJobController::new);
        create(spec -> spec.withTtlSecondsAfterFinished(1));
        eventually().until(() -> harness.pods().size() == 1);
        endAll("Succeeded");
        eventually().until(() -> harness.list(Caches.JOBS).isEmpty());
    }

    @Test
    void indexesAreWrittenAsRanges() {
        assertThat(Indexes.format(Indexes.parse("1,3-5,7"))).isEqualTo("1,3-5,7");
        assertThat(Indexes.format(new TreeSet<>(List.of(0, 1, 3)))).isEqualTo("0,1,3");
        assertThat(Indexes.format(new TreeSet<>())).isEmpty();
    }
}
