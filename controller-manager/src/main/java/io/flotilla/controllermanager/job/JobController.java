package io.flotilla.controllermanager.job;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.Handlers;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.controllermanager.ownership.Claimer;
import io.flotilla.controllermanager.pod.Expectations;
import io.flotilla.controllermanager.pod.PodControl;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.object.LabelSelectors;
import io.flotilla.machinery.object.OwnerReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs the pods of Jobs until enough of them succeed or too many fail. Pod failure policies, success policies and limits by
 * index are not looked at.
 */
public final class JobController implements Controller {
    private static final int WORKERS = 5;

    private final Caches caches;
    private final Clock clock;
    private final ResourceClient<Job> jobs;
    private final Expectations expectations;
    private final Claimer<Job, Pod> claimer;
    private final JobScaler scaler;
    private final JobFinalizers finalizers;
    private final EventRecorder events;
    private final Map<ObjectKey, String> versionBefore = new ConcurrentHashMap<>();
    private final ReconcileLoop<ObjectKey> loop;
    private final ReconcileLoop<ObjectKey> orphans;

    public JobController(ControllerContext context) {
        caches = context.caches();
        clock = context.clock();
        jobs = context.client().resource(Caches.JOBS);
        expectations = new Expectations(context.nanoTime());
        claimer = new Claimer<>(jobs, context.client().resource(ResourceTypes.PODS));
        events = context.events().apply("job-controller");
        scaler = new JobScaler(expectations, new PodControl(context.client(), events), clock);
        finalizers = new JobFinalizers(context.client());
        loop = new ReconcileLoop<ObjectKey>("job", WORKERS, this::sync)
                .on(caches.jobs(), Handlers.onAny((Job job) -> add(job)))
                .on(caches.pods(), new PodHandler());
        orphans = new ReconcileLoop<>("job_orphan_pod", 1, this::release);
    }

    private void add(Job job) {
        loop.add(ObjectKey.of(job));
    }

    @Override
    public void start() {
        loop.start();
        orphans.start();
    }

    @Override
    public void close() {
        loop.close();
        orphans.close();
    }

    private Result sync(ObjectKey key) throws InterruptedException {
        Optional<Job> cached = caches.jobs().lister().get(key);
        if (cached.isEmpty()) {
            expectations.forget(key);
            versionBefore.remove(key);
            return Result.done();
        }
        Job job = cached.get();
        if (job.getMetadata().getResourceVersion().equals(versionBefore.get(key))) {
            // The cache has yet to show what was written: what was noted there must not be missed.
            return Result.after(ReconcileLoop.BURST);
        }
        boolean settled = expectations.satisfied(key);
        JobPods pods = new JobPods(claimer.claim(
                job,
                Caches.ownedOrOrphaned(caches.pods().lister(), job),
                pod -> LabelSelectors.matches(
                        job.getSpec().getSelector(), pod.getMetadata().getLabels())));
        JobProgress progress = new JobProgress(job);
        if (progress.isFinished()) {
            finalizers.removeFrom(pods.all);
            return Result.done();
        }
        progress.count(pods);
        Optional<Duration> again = settled ? advance(progress, pods) : Optional.empty();
        write(progress, pods);
        finalizers.removeNoted(pods.all, progress);
        return again.map(Result::after).orElse(Result.done());
    }

    /** Judges, then creates or deletes pods; returns when time alone will change the judgement. */
    private Optional<Duration> advance(JobProgress progress, JobPods pods) throws InterruptedException {
        Job job = progress.job;
        Instant now = clock.instant();
        if (job.getMetadata().getDeletionTimestamp() != null) {
            return Optional.empty();
        }
        JobVerdict.judge(progress, pods, now);
        if (progress.has("FailureTarget") || progress.has("SuccessCriteriaMet")) {
            scaler.deleteAll(progress.job, pods);
            JobVerdict.finish(progress, pods, Times.now(clock), events, reference(job));
            return Optional.empty();
        }
        if (Boolean.TRUE.equals(job.getSpec().getSuspend())) {
            scaler.deleteAll(job, pods);
            suspend(progress, true);
            return Optional.empty();
        }
        suspend(progress, false);
        Optional<Duration> backoff = scaler.scale(progress, pods);
        Optional<Duration> deadline = deadline(job, now);
        return backoff.filter(delay -> deadline.isEmpty() || delay.compareTo(deadline.get()) <= 0)
                .or(() -> deadline);
    }

    private static Optional<Duration> deadline(Job job, Instant now) {
        Long seconds = job.getSpec().getActiveDeadlineSeconds();
        if (seconds == null || job.getStatus() == null || job.getStatus().getStartTime() == null) {
            return Optional.empty();
        }
        Duration left = Duration.between(
                now, Times.parse(job.getStatus().getStartTime()).plusSeconds(seconds));
        return Optional.of(left.isPositive() ? left : Duration.ofMillis(100));
    }

    private void suspend(JobProgress progress, boolean suspended) {
        if (progress.has("Suspended") == suspended) {
            return;
        }
        if (suspended) {
            progress.set("Suspended", "True", "JobSuspended", "Job suspended", Times.now(clock));
            events.normal(reference(progress.job), "Suspended", "Job suspended");
        } else {
            progress.set("Suspended", "False", "JobResumed", "Job resumed", Times.now(clock));
            events.normal(reference(progress.job), "Resumed", "Job resumed");
        }
    }

    private static ObjectReference reference(Job job) {
        return ObjectReferences.to(Caches.JOBS, job);
    }

    /** Writes the status where it changed. */
    private void write(JobProgress progress, JobPods pods) {
        Job job = progress.job;
        JobStatus known = job.getStatus() == null ? new JobStatus() : job.getStatus();
        boolean suspended = Boolean.TRUE.equals(job.getSpec().getSuspend());
        String start =
                suspended ? "" : Optional.ofNullable(known.getStartTime()).orElseGet(() -> Times.now(clock));
        String end = progress.has("Complete") ? Times.now(clock) : "";
        JobStatus next = progress.status(pods, start, end);
        if (same(known, next)) {
            return;
        }
        String before = job.getMetadata().getResourceVersion();
        Job after = jobs.updateStatus(new JobBuilder(job).withStatus(next).build());
        if (!after.getMetadata().getResourceVersion().equals(before)) {
            versionBefore.put(ObjectKey.of(job), before);
        }
    }

    private static boolean same(JobStatus before, JobStatus next) {
        return Counts.orZero(before.getActive()) == Counts.orZero(next.getActive())
                && Counts.orZero(before.getReady()) == Counts.orZero(next.getReady())
                && Counts.orZero(before.getTerminating()) == Counts.orZero(next.getTerminating())
                && Counts.orZero(before.getSucceeded()) == Counts.orZero(next.getSucceeded())
                && Counts.orZero(before.getFailed()) == Counts.orZero(next.getFailed())
                && Objects.equals(before.getStartTime(), next.getStartTime())
                && Objects.equals(before.getCompletedIndexes(), next.getCompletedIndexes())
                && before.getConditions().equals(next.getConditions())
                && before.getUncountedTerminatedPods() != null
                && before.getUncountedTerminatedPods().equals(next.getUncountedTerminatedPods());
    }

    /** A pod whose Job is gone is counted by nobody any more: its finalizer must not hold it. */
    private Result release(ObjectKey key) {
        caches.pods().lister().get(key).filter(pod -> jobOf(pod).isEmpty()).ifPresent(finalizers::remove);
        return Result.done();
    }

    private Optional<Job> jobOf(Pod pod) {
        return owner(pod)
                .flatMap(owner -> caches.jobs()
                        .lister()
                        .get(new ObjectKey(pod.getMetadata().getNamespace(), owner.getName()))
                        .filter(found -> found.getMetadata().getUid().equals(owner.getUid())));
    }

    private static Optional<OwnerReference> owner(Pod pod) {
        return OwnerReferences.controllerOf(pod).filter(owner -> owner.getKind().equals("Job"));
    }

    private final class PodHandler implements EventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            changed(pod);
            if (isOrphan(pod)) {
                addThoseThatMayAdopt(pod);
            }
            jobOf(pod).map(ObjectKey::of).ifPresent(expectations::creationObserved);
        }

        @Override
        public void onUpdate(Pod before, Pod now) {
            if (now.getMetadata().getDeletionTimestamp() != null) {
                observeDeletion(now);
            }
            changed(now);
            boolean released = !OwnerReferences.controllerOf(before).equals(OwnerReferences.controllerOf(now));
            if (released) {
                changed(before);
            }
            boolean relabelled = !Objects.equals(
                    before.getMetadata().getLabels(), now.getMetadata().getLabels());
            if (isOrphan(now) && (released || relabelled)) {
                addThoseThatMayAdopt(now);
            }
        }

        @Override
        public void onDelete(Pod last) {
            observeDeletion(last);
            changed(last);
        }

        private static boolean isOrphan(Pod pod) {
            return OwnerReferences.controllerOf(pod).isEmpty()
                    && pod.getMetadata().getDeletionTimestamp() == null;
        }

        private void addThoseThatMayAdopt(Pod pod) {
            Caches.inNamespace(caches.jobs().lister(), pod.getMetadata().getNamespace()).stream()
                    .filter(job -> LabelSelectors.matches(
                            job.getSpec().getSelector(), pod.getMetadata().getLabels()))
                    .map(ObjectKey::of)
                    .forEach(loop::addSoon);
        }

        private void observeDeletion(Pod pod) {
            jobOf(pod)
                    .map(ObjectKey::of)
                    .ifPresent(key ->
                            expectations.deletionObserved(key, pod.getMetadata().getUid()));
        }

        private void changed(Pod pod) {
            if (owner(pod).isEmpty()) {
                return;
            }
            Optional<Job> job = jobOf(pod);
            if (job.isPresent()) {
                loop.addSoon(ObjectKey.of(job.get()));
            } else if (JobPods.isTracked(pod) && pod.getMetadata().getDeletionTimestamp() != null) {
                orphans.addSoon(ObjectKey.of(pod));
            }
        }
    }
}
