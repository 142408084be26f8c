package io.flotilla.controllermanager.deployment;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetCondition;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The status of a Deployment: counts, and the conditions Available, Progressing and ReplicaFailure. Progressing is kept only
 * where the Deployment has a deadline for it.
 */
final class DeploymentStatuses {
    private static final String NEW_REPLICA_SET_AVAILABLE = "NewReplicaSetAvailable";
    private static final String DEADLINE_EXCEEDED = "ProgressDeadlineExceeded";
    private static final String PAUSED = "DeploymentPaused";

    private final ResourceClient<Deployment> deployments;
    private final Clock clock;

    DeploymentStatuses(ApiClient client, Clock clock) {
        this.deployments = client.resource(ResourceTypes.DEPLOYMENTS);
        this.clock = clock;
    }

    static boolean hasDeadline(Deployment deployment) {
        Integer seconds = deployment.getSpec().getProgressDeadlineSeconds();
        return seconds != null && seconds != Integer.MAX_VALUE;
    }

    private DeploymentCondition progressing(String status, String reason, String message) {
        return Conditions.of(Conditions.PROGRESSING, status, reason, message, Times.now(clock));
    }

    void foundNewest(Rollout rollout) {
        if (hasDeadline(rollout.deployment())
                && Conditions.get(rollout.conditions(), Conditions.PROGRESSING).isEmpty()) {
            Conditions.set(
                    rollout.conditions(),
                    progressing(
                            "True", "FoundNewReplicaSet", "Found new replica set \"" + nameOfNewest(rollout) + "\""));
        }
    }

    void createdNewest(Rollout rollout) {
        if (hasDeadline(rollout.deployment())) {
            Conditions.set(
                    rollout.conditions(),
                    progressing(
                            "True",
                            "NewReplicaSetCreated",
                            "Created new replica set \"" + nameOfNewest(rollout) + "\""));
        }
    }

    /** Writes that no replica set could be made for the template. */
    void createFailed(Rollout rollout, String message) {
        if (hasDeadline(rollout.deployment())) {
            Conditions.set(rollout.conditions(), progressing("False", "ReplicaSetCreateError", message));
            write(rollout, new DeploymentStatusBuilder(present(rollout)));
        }
    }

    /** Writes that the hash of the template is taken, so that the next attempt uses another. */
    void countCollision(Rollout rollout) {
        DeploymentStatus status = present(rollout);
        write(
                rollout,
                new DeploymentStatusBuilder(status).withCollisionCount(Counts.orZero(status.getCollisionCount()) + 1));
    }

    /** Tells of a pause, or of its end, from where on the deadline runs anew. Says whether the status was written. */
    boolean syncPause(Rollout rollout) {
        Deployment deployment = rollout.deployment();
        if (!hasDeadline(deployment)
                || Conditions.hasReason(rollout.conditions(), Conditions.PROGRESSING, DEADLINE_EXCEEDED)) {
            return false;
        }
        boolean told = Conditions.hasReason(rollout.conditions(), Conditions.PROGRESSING, PAUSED);
        boolean paused = Boolean.TRUE.equals(deployment.getSpec().getPaused());
        if (paused == told) {
            return false;
        }
        Conditions.set(
                rollout.conditions(),
                paused
                        ? progressing("Unknown", PAUSED, "Deployment is paused")
                        : progressing("Unknown", "DeploymentResumed", "Deployment is resumed"));
        return write(rollout, new DeploymentStatusBuilder(present(rollout)));
    }

    /** Writes the counts alone: of a Deployment that is paused, being scaled or being deleted. */
    void update(Rollout rollout) {
        DeploymentStatusBuilder next = counted(rollout);
        write(rollout, next);
    }

    /** Writes the counts and how the rollout progresses; returns when the deadline should be looked at, if it runs. */
    Optional<Duration> updateProgress(Rollout rollout) {
        DeploymentStatusBuilder next = counted(rollout);
        judgeProgress(rollout, next);
        replicaFailure(rollout)
                .ifPresentOrElse(
                        failure -> Conditions.set(rollout.conditions(), failure),
                        () -> Conditions.remove(rollout.conditions(), Conditions.REPLICA_FAILURE));
        DeploymentStatus status = next.build();
        write(rollout, next);
        return deadlineIn(rollout, status);
    }

    private void judgeProgress(Rollout rollout, DeploymentStatusBuilder next) {
        List<DeploymentCondition> conditions = rollout.conditions();
        if (!hasDeadline(rollout.deployment())) {
            Conditions.remove(conditions, Conditions.PROGRESSING);
            return;
        }
        DeploymentStatus status = next.build();
        boolean completeAlready = Counts.orZero(status.getReplicas()) == Counts.orZero(status.getUpdatedReplicas())
                && Conditions.hasReason(conditions, Conditions.PROGRESSING, NEW_REPLICA_SET_AVAILABLE);
        if (completeAlready) {
            return;
        }
        if (isComplete(rollout, status)) {
            Conditions.set(
                    conditions,
                    progressing("True", NEW_REPLICA_SET_AVAILABLE, subject(rollout) + " has successfully progressed."));
        } else if (hasProgressed(present(rollout), status)) {
            // Replaced even where it says the same: the update time is what the deadline is counted from.
            Conditions.replace(
                    conditions, progressing("True", "ReplicaSetUpdated", subject(rollout) + " is progressing."));
        } else if (hasTimedOut(rollout)) {
            Conditions.set(
                    conditions,
                    progressing("False", DEADLINE_EXCEEDED, subject(rollout) + " has timed out progressing."));
        }
    }

    private static String subject(Rollout rollout) {
        return rollout.newest()
                .map(newest -> "ReplicaSet \"" + newest.getMetadata().getName() + "\"")
                .orElseGet(() ->
                        "Deployment \"" + rollout.deployment().getMetadata().getName() + "\"");
    }

    private static String nameOfNewest(Rollout rollout) {
        return rollout.newest().orElseThrow().getMetadata().getName();
    }

    /** Says whether all pods are of the present template and available, judged by the status last written. */
    static boolean isComplete(Rollout rollout) {
        return isComplete(rollout, present(rollout));
    }

    private static boolean isComplete(Rollout rollout, DeploymentStatus status) {
        int size = rollout.size();
        return Counts.orZero(status.getUpdatedReplicas()) == size
                && Counts.orZero(status.getReplicas()) == size
                && Counts.orZero(status.getAvailableReplicas()) == size
                && Counts.orZero(status.getObservedGeneration())
                        >= Counts.orZero(rollout.deployment().getMetadata().getGeneration());
    }

    private static boolean hasProgressed(DeploymentStatus before, DeploymentStatus now) {
        int oldBefore = Counts.orZero(before.getReplicas()) - Counts.orZero(before.getUpdatedReplicas());
        int oldNow = Counts.orZero(now.getReplicas()) - Counts.orZero(now.getUpdatedReplicas());
        return Counts.orZero(now.getUpdatedReplicas()) > Counts.orZero(before.getUpdatedReplicas())
                || oldNow < oldBefore
                || Counts.orZero(now.getReadyReplicas()) > Counts.orZero(before.getReadyReplicas())
                || Counts.orZero(now.getAvailableReplicas()) > Counts.orZero(before.getAvailableReplicas());
    }

    private boolean hasTimedOut(Rollout rollout) {
        return Conditions.get(rollout.conditions(), Conditions.PROGRESSING)
                .filter(condition -> !NEW_REPLICA_SET_AVAILABLE.equals(condition.getReason()))
                .filter(condition -> DEADLINE_EXCEEDED.equals(condition.getReason())
                        || deadline(rollout, condition).isBefore(clock.instant()))
                .isPresent();
    }

    private static Instant deadline(Rollout rollout, DeploymentCondition condition) {
        return Times.parse(condition.getLastUpdateTime())
                .plusSeconds(rollout.deployment().getSpec().getProgressDeadlineSeconds());
    }

    /** A rollout that is stuck makes no more events: the clock must bring the call that finds it out. */
    private Optional<Duration> deadlineIn(Rollout rollout, DeploymentStatus status) {
        if (!hasDeadline(rollout.deployment()) || isComplete(rollout, status)) {
            return Optional.empty();
        }
        return Conditions.get(rollout.conditions(), Conditions.PROGRESSING)
                .filter(condition -> !DEADLINE_EXCEEDED.equals(condition.getReason()))
                .map(condition -> Duration.between(clock.instant(), deadline(rollout, condition))
                        .plusSeconds(1))
                .map(left -> left.isPositive() ? left : Duration.ofSeconds(1));
    }

    private static Optional<DeploymentCondition> replicaFailure(Rollout rollout) {
        return Stream.concat(rollout.newest().stream(), rollout.old().stream())
                .filter(replicaSet -> replicaSet.getStatus() != null)
                .flatMap(replicaSet -> replicaSet.getStatus().getConditions().stream())
                .filter(condition -> condition.getType().equals(Conditions.REPLICA_FAILURE))
                .findFirst()
                .map(DeploymentStatuses::asDeploymentCondition);
    }

    private static DeploymentCondition asDeploymentCondition(ReplicaSetCondition condition) {
        return Conditions.of(
                condition.getType(),
                condition.getStatus(),
                condition.getReason(),
                condition.getMessage(),
                condition.getLastTransitionTime());
    }

    private DeploymentStatusBuilder counted(Rollout rollout) {
        List<ReplicaSet> all = rollout.all();
        int available = Rollout.available(all);
        String now = Times.now(clock);
        if (available >= rollout.size() - rollout.limits().maxUnavailable()) {
            Conditions.set(
                    rollout.conditions(),
                    Conditions.of(
                            Conditions.AVAILABLE,
                            "True",
                            "MinimumReplicasAvailable",
                            "Deployment has minimum availability.",
                            now));
        } else {
            Conditions.set(
                    rollout.conditions(),
                    Conditions.of(
                            Conditions.AVAILABLE,
                            "False",
                            "MinimumReplicasUnavailable",
                            "Deployment does not have minimum availability.",
                            now));
        }
        return new DeploymentStatusBuilder()
                .withObservedGeneration(rollout.deployment().getMetadata().getGeneration())
                .withReplicas(Counts.omitZero(sum(all, status -> status.getReplicas())))
                .withUpdatedReplicas(
                        Counts.omitZero(sum(rollout.newest().stream().toList(), status -> status.getReplicas())))
                .withReadyReplicas(Counts.omitZero(sum(all, status -> status.getReadyReplicas())))
                .withAvailableReplicas(Counts.omitZero(available))
                .withUnavailableReplicas(Counts.omitZero(Math.max(0, Rollout.replicas(all) - available)))
                .withTerminatingReplicas(sum(all, status -> status.getTerminatingReplicas()))
                .withCollisionCount(present(rollout).getCollisionCount());
    }

    private static int sum(
            List<ReplicaSet> replicaSets,
            Function<io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus, @org.jspecify.annotations.Nullable Integer>
                    count) {
        return replicaSets.stream()
                .filter(replicaSet -> replicaSet.getStatus() != null)
                .mapToInt(replicaSet -> Counts.orZero(count.apply(replicaSet.getStatus())))
                .sum();
    }

    private static DeploymentStatus present(Rollout rollout) {
        DeploymentStatus status = rollout.deployment().getStatus();
        return status == null ? new DeploymentStatus() : status;
    }

    private boolean write(Rollout rollout, DeploymentStatusBuilder next) {
        DeploymentStatus status = next.withConditions(rollout.conditions()).build();
        if (same(present(rollout), status)) {
            return false;
        }
        rollout.deployment(deployments.updateStatus(
                new DeploymentBuilder(rollout.deployment()).withStatus(status).build()));
        return true;
    }

    private static boolean same(DeploymentStatus before, DeploymentStatus now) {
        return Counts.orZero(before.getObservedGeneration()) == Counts.orZero(now.getObservedGeneration())
                && Counts.orZero(before.getReplicas()) == Counts.orZero(now.getReplicas())
                && Counts.orZero(before.getUpdatedReplicas()) == Counts.orZero(now.getUpdatedReplicas())
                && Counts.orZero(before.getReadyReplicas()) == Counts.orZero(now.getReadyReplicas())
                && Counts.orZero(before.getAvailableReplicas()) == Counts.orZero(now.getAvailableReplicas())
                && Counts.orZero(before.getUnavailableReplicas()) == Counts.orZero(now.getUnavailableReplicas())
                && Counts.orZero(before.getTerminatingReplicas()) == Counts.orZero(now.getTerminatingReplicas())
                && Counts.orZero(before.getCollisionCount()) == Counts.orZero(now.getCollisionCount())
                && before.getConditions().equals(now.getConditions());
    }
}
