package io.flotilla.kubelet.volume;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceType;
import java.nio.file.Path;

/** Claims bound to volumes of this machine: hostPath and local. */
final class PersistentClaims {
    private static final ResourceType<PersistentVolumeClaim> CLAIMS = new ResourceType<>(
            "", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true, PersistentVolumeClaim.class);
    private static final ResourceType<PersistentVolume> VOLUMES =
            new ResourceType<>("", "v1", "persistentvolumes", "PersistentVolume", false, PersistentVolume.class);

    private final ApiClient client;

    PersistentClaims(ApiClient client) {
        this.client = client;
    }

    Path resolve(Pod pod, String claimName) throws VolumeException {
        String namespace = pod.getMetadata().getNamespace();
        try {
            PersistentVolumeClaim claim = client.resource(CLAIMS).get(new ObjectKey(namespace, claimName));
            String volumeName = claim.getSpec().getVolumeName();
            if (claim.getStatus() == null
                    || !"Bound".equals(claim.getStatus().getPhase())
                    || volumeName == null
                    || volumeName.isEmpty()) {
                throw new VolumeException("error processing PVC " + namespace + "/" + claimName + ": PVC is not bound");
            }
            PersistentVolume volume = client.resource(VOLUMES).get(ObjectKey.of(volumeName));
            if (volume.getSpec().getHostPath() != null) {
                String type = volume.getSpec().getHostPath().getType();
                return HostPaths.resolve(volume.getSpec().getHostPath().getPath(), type == null ? "" : type);
            }
            if (volume.getSpec().getLocal() != null) {
                return HostPaths.resolve(volume.getSpec().getLocal().getPath(), "Directory");
            }
            throw new VolumeException("no volume plugin matched for PersistentVolume " + volumeName);
        } catch (ApiException e) {
            throw new VolumeException("error processing PVC " + namespace + "/" + claimName + ": " + e.getMessage(), e);
        }
    }
}
