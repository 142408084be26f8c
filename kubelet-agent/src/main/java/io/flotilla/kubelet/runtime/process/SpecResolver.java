package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.kubelet.runtime.process.ContainerSpec.Bind;
import io.flotilla.kubelet.runtime.process.ContainerSpec.User;
import io.flotilla.kubelet.runtime.standin.HostPrograms;
import io.flotilla.kubelet.runtime.standin.ImageStore;
import io.flotilla.kubelet.runtime.standin.PulledImage;
import io.flotilla.kubelet.runtime.standin.StandIn;
import io.flotilla.kubelet.runtime.standin.StandIn.Userland;
import io.flotilla.proto.cri.ContainerConfig;
import io.flotilla.proto.cri.KeyValue;
import io.flotilla.proto.cri.LinuxContainerSecurityContext;
import io.flotilla.proto.cri.Mount;
import io.flotilla.proto.cri.NamespaceMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** Puts image and configuration together, as image runtimes do. */
final class SpecResolver {

    private static final String PATH = String.join(":", HostPrograms.DIRECTORIES);

    private final ImageStore images;
    private final boolean busybox;
    private final boolean plain;

    SpecResolver(ImageStore images, boolean busybox, Isolation isolation) {
        this.images = images;
        this.busybox = busybox;
        this.plain = isolation instanceof Isolation.Plain;
    }

    ContainerSpec resolve(PulledImage image, ContainerConfig config, Sandbox sandbox) {
        StandIn standIn = image.standIn();
        var security = config.getLinux().getSecurityContext();
        User user = Users.of(security);
        Optional<Path> layer = images.layer(standIn);
        var environment = environment(image, config, sandbox, user);
        List<String> command = command(image, config);
        if (plain && layer.isPresent()) {
            reachLayer(layer.get(), environment, command);
            environment.put(
                    "FLOTILLA_SCRATCH",
                    sandbox.directory()
                            .resolve("scratch-" + config.getMetadata().getName())
                            .toString());
        }
        return new ContainerSpec(
                command,
                environment,
                workingDirectory(standIn, config),
                user,
                busybox ? standIn.userland() : Userland.HOST,
                layer,
                binds(config, sandbox),
                security.getReadonlyRootfs(),
                security.getNamespaceOptions().getPid() == NamespaceMode.NODE,
                security.getNoNewPrivs(),
                oomScore(config),
                config.getTty(),
                config.getStdin(),
                standIn.oneStream() && config.getCommandCount() == 0,
                Signals.number(config.getStopSignal()).orElse(standIn.stopSignal()));
    }

    private static List<String> command(PulledImage image, ContainerConfig config) {
        List<String> command = new ArrayList<>();
        if (config.getCommandCount() > 0) {
            command.addAll(config.getCommandList());
            command.addAll(config.getArgsList());
        } else {
            command.addAll(image.standIn().entrypoint());
            command.addAll(
                    config.getArgsCount() > 0
                            ? config.getArgsList()
                            : image.standIn().command());
        }
        if (command.isEmpty()) {
            throw new RuntimeFault(Kind.INVALID, "no command specified");
        }
        return command;
    }

    private static SequencedMap<String, String> environment(
            PulledImage image, ContainerConfig config, Sandbox sandbox, User user) {
        SequencedMap<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", PATH);
        environment.put("HOSTNAME", sandbox.hostname());
        environment.put("HOME", user.uid() == 0 ? "/root" : "/");
        if (config.getTty()) {
            environment.put("TERM", "xterm");
        }
        sandbox.address().ifPresent(address -> environment.put("POD_IP", address));
        environment.putAll(image.standIn().environment());
        if (!image.standIn().files().isEmpty()) {
            environment.put("FLOTILLA_IMAGE_TAG", image.name().tag());
        }
        for (KeyValue entry : config.getEnvsList()) {
            environment.put(entry.getKey(), entry.getValue().toStringUtf8());
        }
        return environment;
    }

    /** Without a mount namespace the image's files lie where the machine keeps them: its programs are told where. */
    private static void reachLayer(Path layer, SequencedMap<String, String> environment, List<String> command) {
        String path = environment.getOrDefault("PATH", PATH);
        environment.put(
                "PATH",
                layer.resolve("usr/local/bin") + ":" + layer.resolve("usr/sbin") + ":" + layer.resolve("usr/bin") + ":"
                        + path);
        environment.put("FLOTILLA_LAYER", layer.toString());
        Path program = layer.resolve(Path.of("/").relativize(Path.of("/").resolve(command.getFirst())));
        if (command.getFirst().startsWith("/") && Files.exists(program)) {
            command.set(0, program.toString());
        }
    }

    private String workingDirectory(StandIn standIn, ContainerConfig config) {
        if (!config.getWorkingDir().isEmpty()) {
            return config.getWorkingDir();
        }
        String directory = standIn.workingDirectory();
        return plain && !Files.isDirectory(Path.of(directory)) ? "/" : directory;
    }

    private static long oomScore(ContainerConfig config) {
        return config.getLinux().getResources().getOomScoreAdj();
    }

    private static List<Bind> binds(ContainerConfig config, Sandbox sandbox) {
        List<Bind> binds = new ArrayList<>();
        for (Mount mount : config.getMountsList()) {
            binds.add(bind(mount));
        }
        config.getDevicesList().stream()
                .map(device -> new Bind(Path.of(device.getHostPath()), device.getContainerPath(), false, false))
                .forEach(binds::add);
        for (Bind generated : sandbox.generatedFiles()) {
            if (binds.stream().noneMatch(bind -> bind.target().equals(generated.target()))) {
                binds.add(generated);
            }
        }
        binds.sort(Comparator.comparingInt(bind -> Path.of(bind.target()).getNameCount()));
        return List.copyOf(binds);
    }

    private static Bind bind(Mount mount) {
        if (mount.hasImage()) {
            throw new RuntimeFault(
                    Kind.UNSUPPORTED, "mount \"" + mount.getContainerPath() + "\": image volumes are not offered");
        }
        Path target = Path.of(mount.getContainerPath()).normalize();
        if (!target.isAbsolute() || target.getNameCount() == 0) {
            throw new RuntimeFault(
                    Kind.INVALID, "mount path \"" + mount.getContainerPath() + "\" must be absolute and not /");
        }
        Path source = Path.of(mount.getHostPath());
        try {
            if (!Files.exists(source)) {
                Files.createDirectories(source);
            }
        } catch (IOException e) {
            throw new RuntimeFault(
                    Kind.REFUSED, "mount \"" + target + "\": cannot make \"" + source + "\": " + e.getMessage(), e);
        }
        return new Bind(source, target.toString(), mount.getReadonly(), Files.isDirectory(source));
    }

    /** Users as numbers. */
    static final class Users {

        private Users() {}

        static User of(LinuxContainerSecurityContext security) {
            long gid = security.getRunAsGroup().getValue();
            List<Long> groups = security.getSupplementalGroupsList();
            if (security.hasRunAsUser() || security.getRunAsUsername().isEmpty()) {
                return new User(security.getRunAsUser().getValue(), gid, groups);
            }
            return named(security.getRunAsUsername(), security.hasRunAsGroup(), gid, groups);
        }

        private static User named(String name, boolean hasGroup, long gid, List<Long> groups) {
            try (var lines = Files.lines(Path.of("/etc/passwd"))) {
                return lines.map(line -> line.split(":", -1))
                        .filter(fields -> fields.length > 3 && fields[0].equals(name))
                        .findFirst()
                        .map(fields ->
                                new User(Long.parseLong(fields[2]), hasGroup ? gid : Long.parseLong(fields[3]), groups))
                        .orElseThrow(() -> new RuntimeFault(
                                Kind.INVALID, "unable to find user " + name + ": no matching entries in passwd file"));
            } catch (IOException e) {
                throw new RuntimeFault(Kind.BROKEN, "cannot read /etc/passwd: " + e.getMessage(), e);
            }
        }
    }
}
