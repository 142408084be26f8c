package io.flotilla.controllermanager.deployment;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.controllermanager.pod.TemplateHash;

/** Deployments for tests, as the API server would have defaulted them. */
final class Deployments {
    private Deployments() {}

    static Deployment rolling(String name, int replicas, String maxSurge, String maxUnavailable) {
        return new DeploymentBuilder(plain(name, replicas))
                .editSpec()
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxSurge(limit(maxSurge))
                .withMaxUnavailable(limit(maxUnavailable))
                .endRollingUpdate()
                .endStrategy()
                .endSpec()
                .build();
    }

    static Deployment recreate(String name, int replicas) {
        return new DeploymentBuilder(plain(name, replicas))
                .editSpec()
                .withNewStrategy()
                .withType("Recreate")
                .endStrategy()
                .endSpec()
                .build();
    }

    private static IntOrString limit(String text) {
        return text.endsWith("%") ? new IntOrString(text) : new IntOrString(Integer.valueOf(text));
    }

    private static Deployment plain(String name, int replicas) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withNamespace(Harness.NAMESPACE)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withProgressDeadlineSeconds(600)
                .withRevisionHistoryLimit(10)
                .withNewSelector()
                .addToMatchLabels("app", name)
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withImage("nginx:1")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    static Deployment withImage(Deployment deployment, String image) {
        return new DeploymentBuilder(deployment)
                .editSpec()
                .editTemplate()
                .editSpec()
                .editFirstContainer()
                .withImage(image)
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    static Deployment sized(Deployment deployment, int replicas) {
        return new DeploymentBuilder(deployment)
                .editSpec()
                .withReplicas(replicas)
                .endSpec()
                .build();
    }

    static Deployment paused(Deployment deployment, boolean paused) {
        return new DeploymentBuilder(deployment)
                .editSpec()
                .withPaused(paused ? true : null)
                .endSpec()
                .build();
    }

    static String image(ReplicaSet replicaSet) {
        return replicaSet
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage();
    }

    static String hash(Deployment deployment) {
        return TemplateHash.of(Rollout.withoutHash(deployment.getSpec().getTemplate()), 0);
    }

    /** Returns a replica set of someone else that has the name. */
    static ReplicaSet squatter(String app, String name) {
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withNamespace(Harness.NAMESPACE)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withReplicas(0)
                .withNewSelector()
                .addToMatchLabels("app", app + "-other")
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", app + "-other")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("x")
                .withImage("x")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }
}
