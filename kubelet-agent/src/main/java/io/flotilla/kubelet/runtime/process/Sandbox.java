package io.flotilla.kubelet.runtime.process;

import com.google.protobuf.InvalidProtocolBufferException;
import io.flotilla.kubelet.runtime.embedded.Nanos;
import io.flotilla.kubelet.runtime.embedded.StateFile;
import io.flotilla.kubelet.runtime.process.ContainerSpec.Bind;
import io.flotilla.proto.cri.LinuxPodSandboxStatus;
import io.flotilla.proto.cri.Namespace;
import io.flotilla.proto.cri.NamespaceMode;
import io.flotilla.proto.cri.PodSandbox;
import io.flotilla.proto.cri.PodSandboxConfig;
import io.flotilla.proto.cri.PodSandboxNetworkStatus;
import io.flotilla.proto.cri.PodSandboxState;
import io.flotilla.proto.cri.PodSandboxStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A pod's sandbox: an address, a name and a few generated files. No process stands for it; it is ready from its making
 * until it is stopped.
 */
final class Sandbox {

    private final String id;
    private final Path directory;
    private final PodSandboxConfig config;
    private final Optional<String> address;
    private final long createdAt;
    // Guarded by this.
    private boolean ready;

    private Sandbox(
            String id,
            Path directory,
            PodSandboxConfig config,
            Optional<String> address,
            long createdAt,
            boolean ready) {
        this.id = id;
        this.directory = directory;
        this.config = config;
        this.address = address;
        this.createdAt = createdAt;
        this.ready = ready;
    }

    /** Makes the sandbox's directory; the file {@code config} is written last and makes it valid. */
    static Sandbox create(String id, Path directory, PodSandboxConfig config, Optional<String> address, Instant now)
            throws IOException {
        Files.createDirectories(
                directory.resolve("shm"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.setPosixFilePermissions(directory.resolve("shm"), PosixFilePermissions.fromString("rwxrwxrwx"));
        var sandbox = new Sandbox(id, directory, config, address, Nanos.of(now), true);
        sandbox.writeGeneratedFiles();
        StateFile.write(directory.resolve("address"), address.orElse(""));
        StateFile.write(directory.resolve("created"), Long.toString(sandbox.createdAt));
        StateFile.write(directory.resolve("config"), config);
        return sandbox;
    }

    /** Reads a sandbox that an earlier agent made; empty if it did not come to the end of making it. */
    static Optional<Sandbox> load(Path directory) throws InvalidProtocolBufferException {
        Optional<byte[]> config = StateFile.bytes(directory.resolve("config"));
        if (config.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Sandbox(
                directory.getFileName().toString(),
                directory,
                PodSandboxConfig.parseFrom(config.get()),
                StateFile.read(directory.resolve("address")).filter(address -> !address.isEmpty()),
                StateFile.read(directory.resolve("created"))
                        .map(Long::parseLong)
                        .orElse(0L),
                !Files.exists(directory.resolve("stopped"))));
    }

    private void writeGeneratedFiles() throws IOException {
        String name = hostname();
        Files.writeString(directory.resolve("hostname"), name + "\n");
        Files.writeString(
                directory.resolve("hosts"),
                "127.0.0.1\tlocalhost\n::1\tlocalhost\n"
                        + address.map(ip -> ip + "\t" + name + "\n").orElse(""));
        if (config.hasDnsConfig()) {
            var dns = config.getDnsConfig();
            var text = new StringBuilder();
            dns.getServersList()
                    .forEach(server -> text.append("nameserver ").append(server).append('\n'));
            if (dns.getSearchesCount() > 0) {
                text.append("search ")
                        .append(String.join(" ", dns.getSearchesList()))
                        .append('\n');
            }
            if (dns.getOptionsCount() > 0) {
                text.append("options ")
                        .append(String.join(" ", dns.getOptionsList()))
                        .append('\n');
            }
            Files.writeString(directory.resolve("resolv.conf"), text);
        }
    }

    /** Returns what every container of the pod sees unless its configuration mounts something else there. */
    List<Bind> generatedFiles() {
        Path resolver = directory.resolve("resolv.conf");
        return List.of(
                new Bind(directory.resolve("hostname"), "/etc/hostname", false, false),
                new Bind(directory.resolve("hosts"), "/etc/hosts", false, false),
                new Bind(
                        Files.exists(resolver) ? resolver : Path.of("/etc/resolv.conf"),
                        "/etc/resolv.conf",
                        false,
                        false),
                new Bind(directory.resolve("shm"), "/dev/shm", false, true));
    }

    String id() {
        return id;
    }

    Path directory() {
        return directory;
    }

    PodSandboxConfig config() {
        return config;
    }

    /** Returns the pod's address; empty in the host's network. */
    Optional<String> address() {
        return address;
    }

    String hostname() {
        if (!config.getHostname().isEmpty()) {
            return config.getHostname();
        }
        return hostNetwork(config) ? hostName() : config.getMetadata().getName();
    }

    private static String hostName() {
        return StateFile.read(Path.of("/proc/sys/kernel/hostname"))
                .orElseGet(() -> InetAddress.getLoopbackAddress().getHostName());
    }

    static boolean hostNetwork(PodSandboxConfig config) {
        return config.getLinux().getSecurityContext().getNamespaceOptions().getNetwork() == NamespaceMode.NODE;
    }

    synchronized boolean ready() {
        return ready;
    }

    /** Returns whether this call was the one that stopped it. */
    synchronized boolean stop() {
        boolean stopped = ready;
        ready = false;
        StateFile.write(directory.resolve("stopped"), "");
        return stopped;
    }

    PodSandboxStatus status() {
        return PodSandboxStatus.newBuilder()
                .setId(id)
                .setMetadata(config.getMetadata())
                .setState(state())
                .setCreatedAt(createdAt)
                .setNetwork(PodSandboxNetworkStatus.newBuilder().setIp(address.orElse("")))
                .setLinux(LinuxPodSandboxStatus.newBuilder()
                        .setNamespaces(Namespace.newBuilder()
                                .setOptions(
                                        config.getLinux().getSecurityContext().getNamespaceOptions())))
                .putAllLabels(config.getLabelsMap())
                .putAllAnnotations(config.getAnnotationsMap())
                .build();
    }

    PodSandbox summary() {
        return PodSandbox.newBuilder()
                .setId(id)
                .setMetadata(config.getMetadata())
                .setState(state())
                .setCreatedAt(createdAt)
                .putAllLabels(config.getLabelsMap())
                .putAllAnnotations(config.getAnnotationsMap())
                .build();
    }

    private PodSandboxState state() {
        return ready() ? PodSandboxState.SANDBOX_READY : PodSandboxState.SANDBOX_NOTREADY;
    }
}
