package io.flotilla.scheduler.object;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.flotilla.machinery.object.ObjectJson;
import java.util.Map;

/** Pods and nodes for tests, as the API would send them. */
public final class TestObjects {
    private TestObjects() {}

    /** Returns a pod of one container that requests this CPU and memory; empty for no request. */
    public static PodBuilder pod(String name, String cpu, String memory) {
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .withUid(name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage("nginx")
                .withNewResources()
                .endResources()
                .endContainer()
                .endSpec();
        if (!cpu.isEmpty()) {
            pod = request(pod, "cpu", cpu);
        }
        return memory.isEmpty() ? pod : request(pod, "memory", memory);
    }

    public static PodBuilder request(PodBuilder pod, String resource, String amount) {
        return pod.editSpec()
                .editFirstContainer()
                .editResources()
                .addToRequests(resource, new Quantity(amount))
                .endResources()
                .endContainer()
                .endSpec();
    }

    public static PodInfo info(PodBuilder pod) {
        return info(pod.build());
    }

    public static PodInfo info(Pod pod) {
        return ObjectJson.read(ObjectJson.write(pod), PodInfo.class);
    }

    /** Returns a node with 4 CPUs, 8Gi and room for 110 pods. */
    public static NodeBuilder node(String name) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid(name)
                .addToLabels("kubernetes.io/hostname", name)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .withAllocatable(
                        Map.of("cpu", new Quantity("4"), "memory", new Quantity("8Gi"), "pods", new Quantity("110")))
                .endStatus();
    }

    public static NodeFacts facts(NodeBuilder node) {
        return facts(node.build());
    }

    public static NodeFacts facts(Node node) {
        return ObjectJson.read(ObjectJson.write(node), NodeFacts.class);
    }
}
