package io.flotilla.controllermanager.job;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.machinery.event.EventRecorder;
import java.time.Instant;
import java.util.Optional;

/** Whether a Job has succeeded or failed. The verdict comes first; the end comes once no pod runs and all are counted. */
final class JobVerdict {
    private static final String TOO_MANY = "Job has reached the specified backoff limit";
    private static final String TOO_LONG = "Job was active longer than specified deadline";
    private static final String ENOUGH = "Reached expected number of succeeded pods";

    private JobVerdict() {}

    /** Notes the verdict in the conditions, if there is one now. */
    static void judge(JobProgress progress, JobPods pods, Instant now) {
        if (progress.has("FailureTarget") || progress.has("SuccessCriteriaMet")) {
            return;
        }
        Job job = progress.job;
        String at = Times.text(now);
        int limit = job.getSpec().getBackoffLimit() == null ? 6 : job.getSpec().getBackoffLimit();
        boolean inPlace =
                "OnFailure".equals(job.getSpec().getTemplate().getSpec().getRestartPolicy());
        if (progress.failures() > limit || (inPlace && pods.restarts() > 0 && pods.restarts() >= limit)) {
            progress.set("FailureTarget", "True", "BackoffLimitExceeded", TOO_MANY, at);
        } else if (isPastDeadline(job, now)) {
            progress.set("FailureTarget", "True", "DeadlineExceeded", TOO_LONG, at);
        } else if (hasEnough(progress, pods)) {
            progress.set("SuccessCriteriaMet", "True", "CompletionsReached", ENOUGH, at);
        }
    }

    private static boolean isPastDeadline(Job job, Instant now) {
        Long seconds = job.getSpec().getActiveDeadlineSeconds();
        return seconds != null
                && job.getStatus() != null
                && job.getStatus().getStartTime() != null
                && !Boolean.TRUE.equals(job.getSpec().getSuspend())
                && !Times.parse(job.getStatus().getStartTime())
                        .plusSeconds(seconds)
                        .isAfter(now);
    }

    private static boolean hasEnough(JobProgress progress, JobPods pods) {
        Integer completions = progress.job.getSpec().getCompletions();
        if (completions == null) {
            // A work queue: the first success says that there is no more work, the others finish theirs.
            return progress.successes() > 0 && pods.active.isEmpty();
        }
        return progress.successes() >= completions;
    }

    /** Ends the Job if nothing runs any more and everything is counted. */
    static void finish(
            JobProgress progress, JobPods pods, String now, EventRecorder events, ObjectReference regarding) {
        if (!pods.active.isEmpty() || pods.terminating > 0 || !progress.allCounted()) {
            return;
        }
        Optional<JobCondition> failure = progress.get("FailureTarget");
        if (failure.isPresent()) {
            progress.set(
                    "Failed", "True", failure.get().getReason(), failure.get().getMessage(), now);
            events.warning(regarding, failure.get().getReason(), failure.get().getMessage());
        } else {
            progress.set("Complete", "True", "CompletionsReached", ENOUGH, now);
            events.normal(regarding, "Completed", "Job completed");
        }
    }

    /** Returns how many pods the Job should have active now. */
    static int wanted(JobProgress progress, JobPods pods) {
        int parallelism = Counts.orZero(progress.job.getSpec().getParallelism());
        Integer completions = progress.job.getSpec().getCompletions();
        if (completions == null) {
            return progress.successes() > 0 ? pods.active.size() : parallelism;
        }
        return Math.max(0, Math.min(completions - progress.successes(), parallelism));
    }
}
