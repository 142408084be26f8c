package io.flotilla.controllermanager.job;

import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Refusals;
import io.flotilla.controllermanager.pod.Batches;
import io.flotilla.controllermanager.pod.DeletionOrder;
import io.flotilla.controllermanager.pod.Expectations;
import io.flotilla.controllermanager.pod.PodControl;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.object.OwnerReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Creates the pods that a Job wants active and deletes those it does not. */
final class JobScaler {
    private static final int AT_ONCE = 500;
    private static final String INDEX_VARIABLE = "JOB_COMPLETION_INDEX";

    private final Expectations expectations;
    private final PodControl pods;
    private final Clock clock;

    JobScaler(Expectations expectations, PodControl pods, Clock clock) {
        this.expectations = expectations;
        this.pods = pods;
        this.clock = clock;
    }

    /** Returns how long failures put off the next pod, if they do. */
    Optional<Duration> scale(JobProgress progress, JobPods present) throws InterruptedException {
        int lacking = JobVerdict.wanted(progress, present) - present.active.size();
        if (lacking < 0) {
            List<Pod> surplus = DeletionOrder.sort(present.active, present.active, clock.instant());
            delete(progress.job, surplus.subList(0, -lacking));
            return Optional.empty();
        }
        if (lacking == 0) {
            return Optional.empty();
        }
        Duration backoff = present.backoff(clock.instant());
        if (backoff.isPositive()) {
            return Optional.of(backoff);
        }
        create(progress, present, Math.min(lacking, AT_ONCE));
        return Optional.empty();
    }

    void deleteAll(Job job, JobPods present) throws InterruptedException {
        delete(job, present.active);
    }

    private void delete(Job job, List<Pod> surplus) throws InterruptedException {
        if (surplus.isEmpty()) {
            return;
        }
        ObjectKey key = ObjectKey.of(job);
        ObjectReference regarding = ObjectReferences.to(Caches.JOBS, job);
        expectations.expectDeletions(
                key, surplus.stream().map(pod -> pod.getMetadata().getUid()).toList());
        Batches.all(surplus.size(), index -> {
                    Pod pod = surplus.get(index);
                    try {
                        pods.delete(pod, regarding);
                    } catch (RuntimeException e) {
                        expectations.deletionObserved(key, pod.getMetadata().getUid());
                        throw e;
                    }
                })
                .failure()
                .ifPresent(failure -> {
                    throw failure;
                });
    }

    private void create(JobProgress progress, JobPods present, int count) throws InterruptedException {
        Job job = progress.job;
        ObjectKey key = ObjectKey.of(job);
        ObjectReference regarding = ObjectReferences.to(Caches.JOBS, job);
        List<Pod> wanted = new ArrayList<>();
        if (JobPods.isIndexed(job)) {
            int completions =
                    job.getSpec().getCompletions() == null ? 0 : job.getSpec().getCompletions();
            present.freeIndexes(progress.completedIndexes, completions, count)
                    .forEach(index -> wanted.add(indexed(job, index)));
        } else {
            for (int i = 0; i < count; i++) {
                wanted.add(plain(job));
            }
        }
        expectations.expectCreations(key, wanted.size());
        Batches.Outcome outcome = new Batches.Outcome(0, Optional.empty());
        try {
            outcome = Batches.slowStart(wanted.size(), i -> pods.create(wanted.get(i), regarding));
        } finally {
            expectations.creationsGone(key, wanted.size() - outcome.successes());
        }
        Optional<RuntimeException> failure = outcome.failure().filter(cause -> !Refusals.namespaceIsTerminating(cause));
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    private static Pod plain(Job job) {
        Pod pod = PodControl.fromTemplate(
                job.getMetadata().getNamespace(),
                job.getSpec().getTemplate(),
                OwnerReferences.controllerReference(Caches.JOBS, job));
        List<String> finalizers = new ArrayList<>(pod.getMetadata().getFinalizers());
        finalizers.add(JobPods.FINALIZER);
        pod.getMetadata().setFinalizers(finalizers);
        pod.getMetadata().setGenerateName(job.getMetadata().getName() + "-");
        return pod;
    }

    private static Pod indexed(Job job, int index) {
        Pod shared = plain(job);
        String name = job.getMetadata().getName() + "-" + index;
        Map<String, String> labels = new LinkedHashMap<>(shared.getMetadata().getLabels());
        labels.put(JobPods.INDEX, Integer.toString(index));
        Map<String, String> annotations =
                new LinkedHashMap<>(shared.getMetadata().getAnnotations());
        annotations.put(JobPods.INDEX, Integer.toString(index));
        Pod pod = io.flotilla.machinery.object.ObjectJson.copy(shared);
        pod.getMetadata().setGenerateName(name + "-");
        pod.getMetadata().setLabels(labels);
        pod.getMetadata().setAnnotations(annotations);
        if (pod.getSpec().getHostname() == null) {
            pod.getSpec().setHostname(name);
        }
        pod.getSpec()
                .getInitContainers()
                .forEach(container -> container.getEnv().add(indexVariable()));
        pod.getSpec().getContainers().forEach(container -> container.getEnv().add(indexVariable()));
        return pod;
    }

    private static io.fabric8.kubernetes.api.model.EnvVar indexVariable() {
        return new EnvVarBuilder()
                .withName(INDEX_VARIABLE)
                .withNewValueFrom()
                .withNewFieldRef()
                .withFieldPath("metadata.labels['" + JobPods.INDEX + "']")
                .endFieldRef()
                .endValueFrom()
                .build();
    }
}
