package io.flotilla.controllermanager.pod;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.flotilla.controllermanager.controller.Refusals;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Creates and deletes pods for their controller and tells of it in the controller's events. */
public final class PodControl {
    private final ResourceClient<Pod> pods;
    private final EventRecorder events;

    public PodControl(ApiClient client, EventRecorder events) {
        this.pods = client.resource(ResourceTypes.PODS);
        this.events = events;
    }

    /** Returns a pod made by the template, without a name. */
    public static Pod fromTemplate(String namespace, PodTemplateSpec template, OwnerReference controller) {
        ObjectMeta given = template.getMetadata() == null ? new ObjectMeta() : template.getMetadata();
        return new PodBuilder()
                .withApiVersion("v1")
                .withKind("Pod")
                .withMetadata(new ObjectMetaBuilder()
                        .withNamespace(namespace)
                        .withLabels(copy(given.getLabels()))
                        .withAnnotations(copy(given.getAnnotations()))
                        .withFinalizers(given.getFinalizers())
                        .withOwnerReferences(List.of(controller))
                        .build())
                .withSpec(template.getSpec())
                .build();
    }

    private static Map<String, String> copy(@org.jspecify.annotations.Nullable Map<String, String> map) {
        return map == null ? new LinkedHashMap<>() : new LinkedHashMap<>(map);
    }

    /** Creates the pod; fails with what the API server says, after an event. */
    public Pod create(Pod pod, ObjectReference controller) {
        if (pod.getMetadata().getLabels().isEmpty()) {
            throw new IllegalArgumentException("unable to create pods, no labels");
        }
        try {
            Pod created = pods.create(pod);
            events.normal(
                    controller,
                    "SuccessfulCreate",
                    "Created pod: " + created.getMetadata().getName());
            return created;
        } catch (ApiException e) {
            if (!Refusals.namespaceIsTerminating(e)) {
                events.warning(controller, "FailedCreate", "Error creating: " + e.getMessage());
            }
            throw e;
        }
    }

    /** Deletes the pod; one that is gone already counts as deleted. */
    public void delete(Pod pod, ObjectReference controller) {
        String name = pod.getMetadata().getName();
        try {
            pods.delete(ObjectKey.of(pod));
            events.normal(controller, "SuccessfulDelete", "Deleted pod: " + name);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                events.warning(controller, "FailedDelete", "Error deleting: " + e.getMessage());
                throw e;
            }
        }
    }
}
