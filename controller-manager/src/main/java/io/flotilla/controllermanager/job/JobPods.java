package io.flotilla.controllermanager.job;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.controllermanager.pod.PodStates;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** The pods of a Job, told apart by how they stand. */
final class JobPods {
    static final String FINALIZER = "batch.kubernetes.io/job-tracking";
    static final String INDEX = "batch.kubernetes.io/job-completion-index";
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(10);
    private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(10);

    final List<Pod> all;
    final List<Pod> active;
    final List<Pod> succeeded;
    final List<Pod> failed;
    final int terminating;

    JobPods(List<Pod> pods) {
        all = pods;
        active = pods.stream().filter(PodStates::isActive).toList();
        succeeded = pods.stream()
                .filter(pod -> PodStates.phase(pod).equals("Succeeded"))
                .toList();
        failed = pods.stream()
                .filter(pod -> PodStates.phase(pod).equals("Failed"))
                .toList();
        terminating = (int) pods.stream()
                .filter(pod -> PodStates.isTerminating(pod) && !PodStates.isFinished(pod))
                .count();
    }

    static boolean isTracked(Pod pod) {
        return pod.getMetadata().getFinalizers().contains(FINALIZER);
    }

    static boolean isIndexed(Job job) {
        return "Indexed".equals(job.getSpec().getCompletionMode());
    }

    static Optional<Integer> index(Pod pod) {
        String index = pod.getMetadata().getAnnotations() == null
                ? null
                : pod.getMetadata().getAnnotations().get(INDEX);
        try {
            return index == null ? Optional.empty() : Optional.of(Integer.valueOf(index));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** Returns the first indexes that neither are done nor have an active pod. */
    List<Integer> freeIndexes(NavigableSet<Integer> done, int completions, int count) {
        NavigableSet<Integer> taken = new TreeSet<>(done);
        active.forEach(pod -> index(pod).ifPresent(taken::add));
        return java.util.stream.IntStream.range(0, completions)
                .filter(index -> !taken.contains(index))
                .limit(count)
                .boxed()
                .toList();
    }

    int ready() {
        return (int) active.stream().filter(PodStates::isReady).count();
    }

    /** Returns how often containers were restarted in place, of pods that have not succeeded. */
    int restarts() {
        return active.stream()
                .filter(pod -> pod.getStatus() != null)
                .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                .mapToInt(status -> Counts.orZero(status.getRestartCount()))
                .sum();
    }

    /** Returns how long to wait before the next pod: longer with every failure since the last success. */
    Duration backoff(Instant now) {
        Instant lastSuccess = succeeded.stream()
                .map(JobPods::finishedAt)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        List<Instant> failures = failed.stream()
                .map(JobPods::finishedAt)
                .filter(at -> at.isAfter(lastSuccess))
                .sorted()
                .toList();
        if (failures.isEmpty()) {
            return Duration.ZERO;
        }
        int doublings = Math.min(failures.size() - 1, 10);
        Duration delay = FIRST_BACKOFF.multipliedBy(1L << doublings);
        Duration limited = delay.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : delay;
        Duration left = Duration.between(now, failures.getLast().plus(limited));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static Instant finishedAt(Pod pod) {
        Instant latest = pod.getStatus().getContainerStatuses().stream()
                .filter(status -> status.getState() != null && status.getState().getTerminated() != null)
                .map(status -> Times.parse(status.getState().getTerminated().getFinishedAt()))
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        if (!latest.equals(Instant.EPOCH)) {
            return latest;
        }
        return PodStates.condition(pod, "Ready")
                .map(condition -> Times.parse(condition.getLastTransitionTime()))
                .orElseGet(() -> Times.parse(pod.getMetadata().getCreationTimestamp()));
    }
}
