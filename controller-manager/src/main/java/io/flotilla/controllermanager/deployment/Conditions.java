package io.flotilla.controllermanager.deployment;

import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentConditionBuilder;
import java.util.List;
import java.util.Optional;

/** Edits of a list of conditions by the API's conventions. */
final class Conditions {
    static final String AVAILABLE = "Available";
    static final String PROGRESSING = "Progressing";
    static final String REPLICA_FAILURE = "ReplicaFailure";

    private Conditions() {}

    static DeploymentCondition of(String type, String status, String reason, String message, String now) {
        return new DeploymentConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withLastUpdateTime(now)
                .withLastTransitionTime(now)
                .build();
    }

    static Optional<DeploymentCondition> get(List<DeploymentCondition> conditions, String type) {
        return conditions.stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
    }

    static boolean hasReason(List<DeploymentCondition> conditions, String type, String reason) {
        return get(conditions, type)
                .filter(condition -> reason.equals(condition.getReason()))
                .isPresent();
    }

    /** Sets the condition unless one of the same status and reason is there; the transition time follows the status. */
    static void set(List<DeploymentCondition> conditions, DeploymentCondition next) {
        Optional<DeploymentCondition> present = get(conditions, next.getType());
        if (present.isPresent()
                && present.get().getStatus().equals(next.getStatus())
                && present.get().getReason().equals(next.getReason())) {
            return;
        }
        replace(conditions, next);
    }

    /** Sets the condition in any case; the transition time follows the status. */
    static void replace(List<DeploymentCondition> conditions, DeploymentCondition next) {
        DeploymentCondition dated = get(conditions, next.getType())
                .filter(present -> present.getStatus().equals(next.getStatus()))
                .map(present -> new DeploymentConditionBuilder(next)
                        .withLastTransitionTime(present.getLastTransitionTime())
                        .build())
                .orElse(next);
        remove(conditions, next.getType());
        conditions.add(dated);
    }

    static void remove(List<DeploymentCondition> conditions, String type) {
        conditions.removeIf(condition -> condition.getType().equals(type));
    }
}
