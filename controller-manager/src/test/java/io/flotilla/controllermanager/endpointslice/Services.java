package io.flotilla.controllermanager.endpointslice;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.flotilla.controllermanager.controller.Harness;

/** Services and pods for tests of what is made of them. */
public final class Services {
    private Services() {}

    public static Service web() {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(Harness.NAMESPACE)
                .withName("web")
                .addToLabels("team", "blue")
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP("10.0.0.1")
                .withIpFamilies("IPv4")
                .addToSelector("app", "web")
                .addNewPort()
                .withName("http")
                .withPort(80)
                .withProtocol("TCP")
                .withTargetPort(new IntOrString("web"))
                .endPort()
                .endSpec()
                .build();
    }

    /** Returns a bound pod with address 10.1.x.y, by number. */
    public static Pod pod(int number, boolean ready) {
        String address = "10.1." + number / 250 + "." + (number % 250 + 1);
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(Harness.NAMESPACE)
                .withName("web-" + number)
                .addToLabels("app", "web")
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-1")
                .addNewContainer()
                .withName("c")
                .withImage("nginx")
                .addNewPort()
                .withName("web")
                .withContainerPort(8080)
                .withProtocol("TCP")
                .endPort()
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP(address)
                .addNewPodIP(address)
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .withLastTransitionTime("2026-01-01T00:00:00Z")
                .endCondition()
                .endStatus()
                .build();
    }
}
