package io.flotilla.kubelet.reference;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.flotilla.kubelet.pod.PodSpecs;
import java.util.LinkedHashSet;
import java.util.Set;

/** Finds what a pod's spec refers to. */
final class PodReferences {
    /** A ConfigMap or a Secret by name. */
    record Reference(Kind kind, String namespace, String name) {}

    enum Kind {
        CONFIG_MAP("configmap"),
        SECRET("secret");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    private final String namespace;
    private final Set<Reference> found = new LinkedHashSet<>();

    private PodReferences(String namespace) {
        this.namespace = namespace;
    }

    static Set<Reference> of(Pod pod) {
        PodReferences references = new PodReferences(pod.getMetadata().getNamespace());
        PodSpecs.allContainers(pod).forEach(references::addContainer);
        pod.getSpec().getVolumes().forEach(references::addVolume);
        pod.getSpec().getImagePullSecrets().forEach(secret -> references.add(Kind.SECRET, secret.getName()));
        return references.found;
    }

    private void addContainer(Container container) {
        for (EnvVar variable : container.getEnv()) {
            if (variable.getValueFrom() == null) {
                continue;
            }
            if (variable.getValueFrom().getConfigMapKeyRef() != null) {
                add(
                        Kind.CONFIG_MAP,
                        variable.getValueFrom().getConfigMapKeyRef().getName());
            }
            if (variable.getValueFrom().getSecretKeyRef() != null) {
                add(Kind.SECRET, variable.getValueFrom().getSecretKeyRef().getName());
            }
        }
        for (EnvFromSource source : container.getEnvFrom()) {
            if (source.getConfigMapRef() != null) {
                add(Kind.CONFIG_MAP, source.getConfigMapRef().getName());
            }
            if (source.getSecretRef() != null) {
                add(Kind.SECRET, source.getSecretRef().getName());
            }
        }
    }

    private void addVolume(Volume volume) {
        if (volume.getConfigMap() != null) {
            add(Kind.CONFIG_MAP, volume.getConfigMap().getName());
        }
        if (volume.getSecret() != null) {
            add(Kind.SECRET, volume.getSecret().getSecretName());
        }
        if (volume.getProjected() != null) {
            for (VolumeProjection source : volume.getProjected().getSources()) {
                if (source.getConfigMap() != null) {
                    add(Kind.CONFIG_MAP, source.getConfigMap().getName());
                }
                if (source.getSecret() != null) {
                    add(Kind.SECRET, source.getSecret().getName());
                }
            }
        }
    }

    private void add(Kind kind, String name) {
        if (name != null && !name.isEmpty()) {
            found.add(new Reference(kind, namespace, name));
        }
    }
}
