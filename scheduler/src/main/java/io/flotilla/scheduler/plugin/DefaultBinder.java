package io.flotilla.scheduler.plugin;

import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.scheduler.framework.Bind;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.PodInfo;
import java.util.Map;
import java.util.function.Supplier;

/** Posts {@code pods/binding}. A binding whose outcome is unknown counts if the pod turns out to be on the node. */
final class DefaultBinder implements Bind {
    private final Supplier<ApiClient> client;

    DefaultBinder(Supplier<ApiClient> client) {
        this.client = client;
    }

    @Override
    public String name() {
        return "DefaultBinder";
    }

    @Override
    public Status bind(CycleState state, PodInfo pod, String node) {
        ResourceClient<PodInfo> pods = client.get().resource(PodInfo.TYPE);
        try {
            pods.post(pod.key(), "binding", binding(pod, node));
            return Status.SUCCESS;
        } catch (ApiException.Unanswered e) {
            return isOn(pods, pod, node) ? Status.SUCCESS : Status.error(e.getMessage());
        } catch (ApiException.Refused e) {
            return Status.error(e.getMessage());
        }
    }

    private static Map<String, Object> binding(PodInfo pod, String node) {
        return Map.of(
                "apiVersion",
                "v1",
                "kind",
                "Binding",
                "metadata",
                Map.of("namespace", pod.namespace(), "name", pod.name(), "uid", pod.uid()),
                "target",
                Map.of("kind", "Node", "name", node));
    }

    private static boolean isOn(ResourceClient<PodInfo> pods, PodInfo pod, String node) {
        try {
            PodInfo now = pods.get(pod.key());
            return now.uid().equals(pod.uid()) && now.nodeName().equals(node);
        } catch (ApiException e) {
            return false;
        }
    }
}
