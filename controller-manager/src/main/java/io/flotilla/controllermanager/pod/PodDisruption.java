package io.flotilla.controllermanager.pod;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Notes on a pod, in the condition DisruptionTarget, that the cluster and not the workload ends it. */
public final class PodDisruption {
    private static final String TYPE = "DisruptionTarget";

    private final ResourceClient<Pod> pods;
    private final Clock clock;

    public PodDisruption(ApiClient client, Clock clock) {
        this.pods = client.resource(ResourceTypes.PODS);
        this.clock = clock;
    }

    public void mark(Pod pod, String reason, String message) {
        boolean marked = PodStates.condition(pod, TYPE)
                .filter(condition -> "True".equals(condition.getStatus()))
                .isPresent();
        if (!marked) {
            write(pod, reason, message, PodStates.phase(pod));
        }
    }

    /** Notes it and has the pod count as failed: nobody is left to say how it ended. */
    public void markFailed(Pod pod, String reason, String message) {
        if (!PodStates.isFinished(pod)) {
            write(pod, reason, message, "Failed");
        }
    }

    private void write(Pod pod, String reason, String message, String phase) {
        List<PodCondition> conditions = new ArrayList<>(
                pod.getStatus() == null ? List.of() : pod.getStatus().getConditions());
        conditions.removeIf(condition -> TYPE.equals(condition.getType()));
        Long generation = pod.getMetadata().getGeneration();
        conditions.add(new PodConditionBuilder()
                .withType(TYPE)
                .withStatus("True")
                .withReason(reason)
                .withMessage(message)
                .withObservedGeneration(Counts.orZero(generation) == 0 ? null : generation)
                .withLastTransitionTime(Times.now(clock))
                .build());
        pods.updateStatus(new PodBuilder(pod)
                .editOrNewStatus()
                .withPhase(phase.isEmpty() ? null : phase)
                .withConditions(conditions)
                .endStatus()
                .build());
    }
}
