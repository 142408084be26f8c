package io.flotilla.kubelet.pod;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.flotilla.machinery.object.Quantities;
import java.util.Map;

/** The QoS class of a pod, from the CPU and memory of its containers. */
public final class QualityOfService {
    private static final String[] COUNTED = {"cpu", "memory"};

    private QualityOfService() {}

    public static String of(Pod pod) {
        boolean any = false;
        boolean guaranteed = true;
        for (Container container : PodSpecs.allContainers(pod)) {
            ResourceRequirements resources = container.getResources();
            Map<String, Quantity> requests = requests(resources);
            Map<String, Quantity> limits = limits(resources);
            for (String name : COUNTED) {
                long request = Quantities.milliValue(requests.get(name));
                long limit = Quantities.milliValue(limits.get(name));
                any |= request > 0 || limit > 0;
                guaranteed &= limit > 0 && (request == 0 || request == limit);
            }
        }
        if (!any) {
            return "BestEffort";
        }
        return guaranteed ? "Guaranteed" : "Burstable";
    }

    private static Map<String, Quantity> requests(ResourceRequirements resources) {
        return resources == null || resources.getRequests() == null ? Map.of() : resources.getRequests();
    }

    private static Map<String, Quantity> limits(ResourceRequirements resources) {
        return resources == null || resources.getLimits() == null ? Map.of() : resources.getLimits();
    }
}
