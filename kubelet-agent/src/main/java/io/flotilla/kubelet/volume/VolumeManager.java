package io.flotilla.kubelet.volume;

import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.flotilla.kubelet.env.DownwardApi;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.kubelet.reference.References;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.object.Quantities;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets up, refreshes and takes down the volumes of pods, in Kubernetes' layout below the root directory. */
public final class VolumeManager {
    private static final Logger LOG = LoggerFactory.getLogger(VolumeManager.class);

    private final Path podsDirectory;
    private final Payloads payloads;
    private final ServiceAccountTokens tokens;
    private final PersistentClaims claims;
    private final MemoryMounts memory;
    private final Clock clock;
    private final Map<String, Map<String, Long>> written = new ConcurrentHashMap<>();

    public VolumeManager(
            Path podsDirectory,
            ApiClient client,
            References references,
            DownwardApi downwardApi,
            MemoryMounts memory,
            Clock clock) {
        this.podsDirectory = podsDirectory;
        this.tokens = new ServiceAccountTokens(client.resource(ResourceTypes.SERVICE_ACCOUNTS), clock);
        this.payloads = new Payloads(references, downwardApi, tokens);
        this.claims = new PersistentClaims(client);
        this.memory = memory;
        this.clock = clock;
    }

    /**
     * The outcome of an attempt.
     *
     * @param paths where volumes are, by name
     * @param failures what went wrong, in the words of the FailedMount event
     */
    public record Mounted(Map<String, Path> paths, List<String> failures) {
        public boolean complete() {
            return failures.isEmpty();
        }
    }

    /** Sets up what is missing and brings the rest up to date. Cheap where nothing changed. */
    public Mounted mount(Pod pod, List<String> podIps) {
        Map<String, Path> paths = new LinkedHashMap<>();
        List<String> failures = new ArrayList<>();
        for (Volume volume : pod.getSpec().getVolumes()) {
            try {
                paths.put(volume.getName(), mount(pod, volume, podIps));
            } catch (VolumeException | IOException e) {
                failures.add("MountVolume.SetUp failed for volume \"" + volume.getName() + "\" : " + e.getMessage());
            }
        }
        return new Mounted(paths, failures);
    }

    private Path mount(Pod pod, Volume volume, List<String> podIps) throws VolumeException, IOException {
        String name = volume.getName();
        if (volume.getConfigMap() != null) {
            var source = volume.getConfigMap();
            return write(
                    pod,
                    "configmap",
                    name,
                    payloads.configMap(
                            pod, source.getName(), source.getItems(), source.getDefaultMode(), source.getOptional()));
        }
        if (volume.getSecret() != null) {
            var source = volume.getSecret();
            return write(
                    pod,
                    "secret",
                    name,
                    payloads.secret(
                            pod,
                            source.getSecretName(),
                            source.getItems(),
                            source.getDefaultMode(),
                            source.getOptional()));
        }
        if (volume.getDownwardAPI() != null) {
            var source = volume.getDownwardAPI();
            return write(
                    pod,
                    "downward-api",
                    name,
                    payloads.downwardApi(pod, source.getItems(), source.getDefaultMode(), podIps));
        }
        if (volume.getProjected() != null) {
            return write(pod, "projected", name, payloads.projected(pod, volume.getProjected(), podIps));
        }
        if (volume.getHostPath() != null) {
            String type = volume.getHostPath().getType();
            return HostPaths.resolve(volume.getHostPath().getPath(), type == null ? "" : type);
        }
        if (volume.getPersistentVolumeClaim() != null) {
            return claims.resolve(pod, volume.getPersistentVolumeClaim().getClaimName());
        }
        if (volume.getEmptyDir() != null || volume.getAdditionalProperties().isEmpty()) {
            return emptyDir(pod, name, volume.getEmptyDir());
        }
        throw new VolumeException("no volume plugin matched");
    }

    private Path emptyDir(Pod pod, String name, @org.jspecify.annotations.Nullable EmptyDirVolumeSource source)
            throws IOException {
        Path path = directory(PodSpecs.uid(pod), "empty-dir", name);
        if (!Files.isDirectory(path)) {
            Files.createDirectories(path);
            Files.setPosixFilePermissions(path, AtomicDirectory.permissions(0777));
        }
        if (source != null && "Memory".equals(source.getMedium())) {
            long limit = source.getSizeLimit() == null ? 0 : Quantities.value(source.getSizeLimit());
            memory.mount(path, limit);
        }
        return path;
    }

    private Path write(Pod pod, String kind, String name, Payload payload) throws IOException {
        Path path = directory(PodSpecs.uid(pod), kind, name);
        Map<String, Long> fingerprints = written.computeIfAbsent(PodSpecs.uid(pod), _ -> new ConcurrentHashMap<>());
        Long fingerprint = payload.fingerprint();
        if (!fingerprint.equals(fingerprints.get(name))) {
            new AtomicDirectory(path).write(payload, clock.instant());
            fingerprints.put(name, fingerprint);
        }
        return path;
    }

    private Path directory(String uid, String kind, String name) {
        return podsDirectory
                .resolve(uid)
                .resolve("volumes")
                .resolve("kubernetes.io~" + kind)
                .resolve(name);
    }

    /** Returns when the pod's volumes are to be looked at again though nothing changed: a token grows old. */
    public Optional<Instant> nextRefresh(String uid) {
        return tokens.nextRenewal(uid);
    }

    /** Takes down the volumes of a pod that has ended; what it wrote into an emptyDir is gone. */
    public void unmount(String uid) {
        written.remove(uid);
        tokens.forget(uid);
        Path pod = podsDirectory.resolve(uid);
        try {
            memory.unmountBelow(pod);
            AtomicDirectory.deleteTree(pod.resolve("volumes"));
        } catch (IOException e) {
            LOG.warn("The volumes of pod {} could not be removed: {}", uid, e.getMessage());
        }
    }

    /** Removes everything of a pod. */
    public void remove(String uid) {
        unmount(uid);
        try {
            AtomicDirectory.deleteTree(podsDirectory.resolve(uid));
        } catch (IOException e) {
            LOG.warn("The directory of pod {} could not be removed: {}", uid, e.getMessage());
        }
    }

    /** Returns the UIDs of pods that have a directory. */
    public Set<String> present() {
        Set<String> uids = new HashSet<>();
        if (Files.isDirectory(podsDirectory)) {
            try (DirectoryStream<Path> pods = Files.newDirectoryStream(podsDirectory)) {
                pods.forEach(pod -> uids.add(pod.getFileName().toString()));
            } catch (IOException e) {
                LOG.warn("{} could not be listed: {}", podsDirectory, e.getMessage());
            }
        }
        return uids;
    }
}
