package io.flotilla.controllermanager.nodelifecycle;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.util.List;

/** Turns the pods of a node that is not ready not ready, so that no service sends them anything. */
final class NotReadyPods {
    private final Caches caches;
    private final Clock clock;
    private final ResourceClient<Pod> pods;
    private final EventRecorder events;

    NotReadyPods(ControllerContext context, EventRecorder events) {
        this.caches = context.caches();
        this.clock = context.clock();
        this.pods = context.client().resource(ResourceTypes.PODS);
        this.events = events;
    }

    void mark(Node node) {
        for (Pod pod : caches.podsOnNode(node.getMetadata().getName())) {
            if (PodStates.isReady(pod)) {
                events.warning(ObjectReferences.to(ResourceTypes.PODS, pod), "NodeNotReady", "Node is not ready");
                write(pod);
            }
        }
    }

    private void write(Pod pod) {
        List<PodCondition> conditions = pod.getStatus().getConditions().stream()
                .map(condition -> condition.getType().equals("Ready")
                        ? new PodConditionBuilder(condition)
                                .withStatus("False")
                                .withLastTransitionTime(Times.now(clock))
                                .build()
                        : condition)
                .toList();
        try {
            pods.updateStatus(new PodBuilder(pod)
                    .editStatus()
                    .withConditions(conditions)
                    .endStatus()
                    .build());
        } catch (ApiException e) {
            if (!e.isNotFound() && !e.isConflict()) {
                throw e;
            }
        }
    }
}
