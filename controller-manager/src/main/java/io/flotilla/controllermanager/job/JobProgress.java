package io.flotilla.controllermanager.job;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.UncountedTerminatedPods;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.controllermanager.pod.PodStates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;

/**
 * The status of a Job in the making. A finished pod is first noted by UID in the status, then loses its finalizer, and only
 * then is counted: whatever is interrupted, it counts once.
 */
final class JobProgress {
    final Job job;
    final List<JobCondition> conditions;
    final List<String> uncountedSucceeded;
    final List<String> uncountedFailed;
    final NavigableSet<Integer> completedIndexes;
    int succeeded;
    int failed;

    JobProgress(Job job) {
        this.job = job;
        JobStatus status = job.getStatus() == null ? new JobStatus() : job.getStatus();
        conditions = new ArrayList<>(status.getConditions());
        UncountedTerminatedPods uncounted = status.getUncountedTerminatedPods();
        uncountedSucceeded = new ArrayList<>(uncounted == null ? List.of() : uncounted.getSucceeded());
        uncountedFailed = new ArrayList<>(uncounted == null ? List.of() : uncounted.getFailed());
        completedIndexes = Indexes.parse(status.getCompletedIndexes());
        succeeded = Counts.orZero(status.getSucceeded());
        failed = Counts.orZero(status.getFailed());
    }

    /** Counts those noted earlier whose finalizer is gone, and notes those that have finished since. */
    void count(JobPods pods) {
        Map<String, Pod> tracked = new HashMap<>();
        for (Pod pod : pods.all) {
            if (JobPods.isTracked(pod)) {
                tracked.put(pod.getMetadata().getUid(), pod);
            }
        }
        if (!JobPods.isIndexed(job)) {
            succeeded += settle(uncountedSucceeded, tracked);
        } else {
            settle(uncountedSucceeded, tracked);
        }
        failed += settle(uncountedFailed, tracked);
        tracked.forEach((uid, pod) -> {
            if (PodStates.phase(pod).equals("Succeeded")) {
                note(uncountedSucceeded, uid);
                JobPods.index(pod).ifPresent(completedIndexes::add);
            } else if (PodStates.phase(pod).equals("Failed")
                    || (PodStates.isTerminating(pod) && !endedBySuspension(pod))) {
                // One deleted before its end may never get to say that it failed.
                note(uncountedFailed, uid);
            }
        });
        if (JobPods.isIndexed(job)) {
            succeeded = completedIndexes.size();
        }
    }

    /**
     * Says whether the pod was deleted because the Job is suspended, or was: one that was counts no more as a failure once
     * the Job goes on, though the cache may show it for a while yet.
     */
    boolean endedBySuspension(Pod pod) {
        if (!PodStates.isTerminating(pod)) {
            return false;
        }
        if (Boolean.TRUE.equals(job.getSpec().getSuspend()) || has("Suspended")) {
            return true;
        }
        Instant resumed = get("Suspended")
                .map(condition -> Times.parse(condition.getLastTransitionTime()))
                .orElse(Instant.EPOCH);
        Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
        Instant deleted = Times.parse(pod.getMetadata().getDeletionTimestamp()).minusSeconds(Counts.orZero(grace));
        return !deleted.isAfter(resumed);
    }

    private static int settle(List<String> uncounted, Map<String, Pod> tracked) {
        int before = uncounted.size();
        uncounted.removeIf(uid -> !tracked.containsKey(uid));
        return before - uncounted.size();
    }

    private static void note(List<String> uncounted, String uid) {
        if (!uncounted.contains(uid)) {
            uncounted.add(uid);
        }
    }

    /** Returns the successes, those included that are noted but not counted yet. */
    int successes() {
        return JobPods.isIndexed(job) ? completedIndexes.size() : succeeded + uncountedSucceeded.size();
    }

    int failures() {
        return failed + uncountedFailed.size();
    }

    boolean allCounted() {
        return uncountedSucceeded.isEmpty() && uncountedFailed.isEmpty();
    }

    boolean has(String type) {
        return get(type)
                .filter(condition -> "True".equals(condition.getStatus()))
                .isPresent();
    }

    Optional<JobCondition> get(String type) {
        return conditions.stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
    }

    boolean isFinished() {
        return has("Complete") || has("Failed");
    }

    void set(String type, String status, String reason, String message, String now) {
        conditions.removeIf(condition -> condition.getType().equals(type));
        conditions.add(new JobConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withLastProbeTime(now)
                .withLastTransitionTime(now)
                .build());
    }

    /** Returns the status as it is now, with the start and the end given. */
    JobStatus status(JobPods pods, String startTime, String completionTime) {
        JobStatusBuilder status = new JobStatusBuilder()
                .withStartTime(startTime.isEmpty() ? null : startTime)
                .withCompletionTime(completionTime.isEmpty() ? null : completionTime)
                .withActive(Counts.omitZero(pods.active.size()))
                .withReady(pods.ready())
                .withTerminating(pods.terminating)
                .withSucceeded(Counts.omitZero(succeeded))
                .withFailed(Counts.omitZero(failed))
                .withConditions(conditions)
                .withUncountedTerminatedPods(new UncountedTerminatedPods(uncountedFailed, uncountedSucceeded));
        if (JobPods.isIndexed(job)) {
            status.withCompletedIndexes(completedIndexes.isEmpty() ? null : Indexes.format(completedIndexes));
        }
        return status.build();
    }
}
