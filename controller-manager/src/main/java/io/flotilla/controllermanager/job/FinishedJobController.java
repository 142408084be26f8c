package io.flotilla.controllermanager.job;

import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Handlers;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Deletes Jobs {@code ttlSecondsAfterFinished} after their end, their pods first. */
public final class FinishedJobController implements Controller {
    private final Caches caches;
    private final Clock clock;
    private final ResourceClient<Job> jobs;
    private final ReconcileLoop<ObjectKey> loop;

    public FinishedJobController(ControllerContext context) {
        caches = context.caches();
        clock = context.clock();
        jobs = context.client().resource(Caches.JOBS);
        loop = new ReconcileLoop<ObjectKey>("ttl_jobs_to_delete", 1, this::sync)
                .on(caches.jobs(), Handlers.onAny((Job job) -> add(job)));
    }

    private void add(Job job) {
        if (job.getSpec().getTtlSecondsAfterFinished() != null) {
            loop.add(ObjectKey.of(job));
        }
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }

    private Result sync(ObjectKey key) {
        Optional<Job> cached = caches.jobs().lister().get(key);
        Optional<Instant> end = cached.flatMap(FinishedJobController::finishedAt);
        if (cached.isEmpty()
                || end.isEmpty()
                || cached.get().getSpec().getTtlSecondsAfterFinished() == null
                || cached.get().getMetadata().getDeletionTimestamp() != null) {
            return Result.done();
        }
        Job job = cached.get();
        Duration left = Duration.between(
                clock.instant(), end.get().plusSeconds(job.getSpec().getTtlSecondsAfterFinished()));
        if (left.isPositive()) {
            return Result.after(left);
        }
        try {
            jobs.delete(
                    key,
                    new DeleteOptionsBuilder()
                            .withPropagationPolicy("Foreground")
                            .withNewPreconditions(
                                    job.getMetadata().getResourceVersion(),
                                    job.getMetadata().getUid())
                            .build());
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
        return Result.done();
    }

    private static Optional<Instant> finishedAt(Job job) {
        if (job.getStatus() == null) {
            return Optional.empty();
        }
        return job.getStatus().getConditions().stream()
                .filter(condition -> "True".equals(condition.getStatus()))
                .filter(condition -> condition.getType().equals("Complete")
                        || condition.getType().equals("Failed"))
                .map(condition -> Times.parse(condition.getLastTransitionTime()))
                .findFirst();
    }
}
