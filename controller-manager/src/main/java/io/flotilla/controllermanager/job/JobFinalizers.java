package io.flotilla.controllermanager.job;

import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.List;
import java.util.Map;

/** Takes the tracking finalizer from pods that are noted or that nobody will count. */
final class JobFinalizers {
    private final ResourceClient<Pod> pods;

    JobFinalizers(ApiClient client) {
        this.pods = client.resource(ResourceTypes.PODS);
    }

    void removeFrom(List<Pod> all) {
        all.forEach(this::remove);
    }

    /** Takes it from those whose UID the stored status already holds. */
    void removeNoted(List<Pod> all, JobProgress progress) {
        for (Pod pod : all) {
            String uid = pod.getMetadata().getUid();
            boolean noted = progress.uncountedSucceeded.contains(uid) || progress.uncountedFailed.contains(uid);
            if (noted || progress.endedBySuspension(pod)) {
                remove(pod);
            }
        }
    }

    void remove(Pod pod) {
        if (!JobPods.isTracked(pod)) {
            return;
        }
        List<String> others = pod.getMetadata().getFinalizers().stream()
                .filter(finalizer -> !finalizer.equals(JobPods.FINALIZER))
                .toList();
        try {
            pods.patch(
                    ObjectKey.of(pod),
                    Patch.merge(Map.of(
                            "metadata",
                            Map.of(
                                    "uid", pod.getMetadata().getUid(),
                                    "resourceVersion", pod.getMetadata().getResourceVersion(),
                                    "finalizers", others))));
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
