package io.flotilla.kubelet.container;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.flotilla.kubelet.cri.CriLabels;
import io.flotilla.kubelet.env.Environment;
import io.flotilla.kubelet.env.Expansion;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.kubelet.reference.ReferenceException;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.proto.cri.ContainerConfig;
import io.flotilla.proto.cri.ContainerMetadata;
import io.flotilla.proto.cri.ImageSpec;
import io.flotilla.proto.cri.KeyValue;
import io.flotilla.proto.cri.Mount;
import io.flotilla.proto.cri.MountPropagation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What the runtime is told of a container. */
public final class ContainerConfigs {
    private final Environment environment;
    private final PodDirectories directories;
    private final SandboxConfigs sandboxes;
    private final long memoryCapacity;
    private final boolean ownHostsFile;
    private final RandomGenerator random;

    /**
     * Makes the configurations of one node.
     *
     * @param ownHostsFile whether containers get an /etc/hosts of their own
     */
    public ContainerConfigs(
            Environment environment,
            PodDirectories directories,
            SandboxConfigs sandboxes,
            long memoryCapacity,
            boolean ownHostsFile,
            RandomGenerator random) {
        this.environment = environment;
        this.directories = directories;
        this.sandboxes = sandboxes;
        this.memoryCapacity = memoryCapacity;
        this.ownHostsFile = ownHostsFile;
        this.random = random;
    }

    /**
     * Returns the configuration.
     *
     * @param image reference from the runtime
     * @param volumes paths of the pod's volumes, by name
     * @throws ReferenceException with the message of CreateContainerConfigError
     */
    public ContainerConfig of(
            Pod pod,
            Container container,
            int restartCount,
            String image,
            List<String> podIps,
            Map<String, Path> volumes)
            throws ReferenceException {
        if (LinuxConfigs.breaksRunAsNonRoot(pod, container)) {
            throw new ReferenceException("container's runAsUser breaks non-root policy (pod: \""
                    + PodSpecs.fullName(pod) + "\", container: " + container.getName() + ")");
        }
        Map<String, String> variables = environment.of(pod, container, podIps);
        ContainerConfig.Builder config = ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder()
                        .setName(container.getName())
                        .setAttempt(restartCount))
                .setImage(ImageSpec.newBuilder().setImage(image).setUserSpecifiedImage(container.getImage()))
                .setWorkingDir(container.getWorkingDir() == null ? "" : container.getWorkingDir())
                .setLogPath(container.getName() + "/" + restartCount + ".log")
                .setStdin(Boolean.TRUE.equals(container.getStdin()))
                .setStdinOnce(Boolean.TRUE.equals(container.getStdinOnce()))
                .setTty(Boolean.TRUE.equals(container.getTty()))
                .setLinux(LinuxConfigs.of(pod, container, memoryCapacity));
        for (String word : container.getCommand()) {
            config.addCommand(Expansion.expand(word, variables::get));
        }
        for (String word : container.getArgs()) {
            config.addArgs(Expansion.expand(word, variables::get));
        }
        variables.forEach((name, value) -> config.addEnvs(
                KeyValue.newBuilder().setKey(name).setValue(com.google.protobuf.ByteString.copyFromUtf8(value))));
        config.addAllMounts(mounts(pod, container, variables, podIps, volumes));
        label(pod, container, restartCount, config);
        return config.build();
    }

    private static void label(Pod pod, Container container, int restartCount, ContainerConfig.Builder config) {
        config.putLabels(CriLabels.POD_NAME, pod.getMetadata().getName())
                .putLabels(CriLabels.POD_NAMESPACE, pod.getMetadata().getNamespace())
                .putLabels(CriLabels.POD_UID, PodSpecs.uid(pod))
                .putLabels(CriLabels.CONTAINER_NAME, container.getName());
        config.putAnnotations(CriLabels.HASH, PodSpecs.hash(container))
                .putAnnotations(CriLabels.RESTART_COUNT, Integer.toString(restartCount))
                .putAnnotations(CriLabels.TERMINATION_MESSAGE_PATH, messagePath(container))
                .putAnnotations(
                        CriLabels.TERMINATION_MESSAGE_POLICY,
                        container.getTerminationMessagePolicy() == null
                                ? "File"
                                : container.getTerminationMessagePolicy());
        if (pod.getSpec().getTerminationGracePeriodSeconds() != null) {
            config.putAnnotations(
                    CriLabels.POD_GRACE_PERIOD,
                    pod.getSpec().getTerminationGracePeriodSeconds().toString());
        }
        if (container.getLifecycle() != null && container.getLifecycle().getPreStop() != null) {
            config.putAnnotations(
                    CriLabels.PRE_STOP,
                    new String(ObjectJson.write(container.getLifecycle().getPreStop()), StandardCharsets.UTF_8));
        }
    }

    private static String messagePath(Container container) {
        String path = container.getTerminationMessagePath();
        return path == null || path.isEmpty() ? "/dev/termination-log" : path;
    }

    private List<Mount> mounts(
            Pod pod, Container container, Map<String, String> variables, List<String> podIps, Map<String, Path> volumes)
            throws ReferenceException {
        List<Mount> mounts = new ArrayList<>();
        boolean hostsTaken = false;
        for (VolumeMount mount : container.getVolumeMounts()) {
            Path volume = volumes.get(mount.getName());
            if (volume == null) {
                throw new ReferenceException("cannot find volume \"" + mount.getName() + "\" to mount into container \""
                        + container.getName() + "\"");
            }
            String containerPath =
                    mount.getMountPath().startsWith("/") ? mount.getMountPath() : "/" + mount.getMountPath();
            hostsTaken |= containerPath.equals("/etc/hosts");
            mounts.add(Mount.newBuilder()
                    .setContainerPath(containerPath)
                    .setHostPath(subPath(mount, volume, variables).toString())
                    .setReadonly(Boolean.TRUE.equals(mount.getReadOnly()))
                    .setPropagation(propagation(mount))
                    .build());
        }
        try {
            if (ownHostsFile && !hostsTaken && !podIps.isEmpty()) {
                mounts.add(Mount.newBuilder()
                        .setContainerPath("/etc/hosts")
                        .setHostPath(hostsFile(pod, podIps).toString())
                        .build());
            }
            mounts.add(Mount.newBuilder()
                    .setContainerPath(messagePath(container))
                    .setHostPath(messageFile(pod, container).toString())
                    .build());
        } catch (IOException e) {
            throw new ReferenceException("failed to prepare the container's files: " + e.getMessage());
        }
        return mounts;
    }

    private static Path subPath(VolumeMount mount, Path volume, Map<String, String> variables)
            throws ReferenceException {
        String expression = mount.getSubPathExpr();
        String sub = expression == null || expression.isEmpty()
                ? mount.getSubPath()
                : Expansion.expand(expression, variables::get);
        if (sub == null || sub.isEmpty()) {
            return volume;
        }
        try {
            Path root = volume.toRealPath();
            Path path = root.resolve(sub).normalize();
            if (!path.startsWith(root) || Path.of(sub).isAbsolute()) {
                throw new ReferenceException("failed to prepare subPath for volumeMount \"" + mount.getName()
                        + "\" of container: path must stay inside the volume");
            }
            if (!Files.exists(path)) {
                Files.createDirectories(path);
            }
            if (!path.toRealPath().startsWith(root)) {
                throw new ReferenceException("failed to prepare subPath for volumeMount \"" + mount.getName()
                        + "\" of container: it leads out of the volume");
            }
            return path.toRealPath();
        } catch (IOException e) {
            throw new ReferenceException("failed to create subPath directory for volumeMount \"" + mount.getName()
                    + "\" of container: " + e.getMessage());
        }
    }

    private static MountPropagation propagation(VolumeMount mount) {
        return switch (mount.getMountPropagation() == null ? "None" : mount.getMountPropagation()) {
            case "HostToContainer" -> MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
            case "Bidirectional" -> MountPropagation.PROPAGATION_BIDIRECTIONAL;
            default -> MountPropagation.PROPAGATION_PRIVATE;
        };
    }

    private Path messageFile(Pod pod, Container container) throws IOException {
        Path directory =
                directories.pod(PodSpecs.uid(pod)).resolve("containers").resolve(container.getName());
        Files.createDirectories(directory);
        Path file = directory.resolve(String.format("%08x", random.nextInt()));
        Files.createFile(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        return file;
    }

    private Path hostsFile(Pod pod, List<String> podIps) throws IOException {
        Path file = directories.pod(PodSpecs.uid(pod)).resolve("etc-hosts");
        StringBuilder text = new StringBuilder("# Kubernetes-managed hosts file.\n");
        if (PodSpecs.usesHostNetwork(pod)) {
            text = new StringBuilder("# Kubernetes-managed hosts file (host network).\n")
                    .append(Files.readString(Path.of("/etc/hosts")));
        } else {
            text.append("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
            for (String ip : podIps) {
                text.append(ip).append('\t').append(sandboxes.hostname(pod)).append('\n');
            }
        }
        for (HostAlias alias : pod.getSpec().getHostAliases()) {
            text.append(alias.getIp())
                    .append('\t')
                    .append(String.join("\t", alias.getHostnames()))
                    .append('\n');
        }
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return file;
    }
}
