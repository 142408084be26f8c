package io.flotilla.kubelet.runtime.process;

import com.google.protobuf.InvalidProtocolBufferException;
import io.flotilla.kubelet.runtime.embedded.Ids;
import io.flotilla.kubelet.runtime.embedded.Nanos;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.kubelet.runtime.embedded.StateFile;
import io.flotilla.kubelet.runtime.standin.Catalogue;
import io.flotilla.kubelet.runtime.standin.ImageName;
import io.flotilla.kubelet.runtime.standin.ImageStore;
import io.flotilla.kubelet.runtime.standin.PulledImage;
import io.flotilla.proto.cri.ContainerConfig;
import io.flotilla.proto.cri.CreateContainerRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's containers on disk and in memory. */
final class ContainerStore {

    private static final Logger LOG = LoggerFactory.getLogger(ContainerStore.class);

    private final Path directory;
    private final Sandboxes sandboxes;
    private final ImageStore images;
    private final Catalogue catalogue;
    private final SpecResolver specs;
    private final Isolation isolation;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<String, ProcessContainer> byId = new ConcurrentHashMap<>();

    ContainerStore(
            Path directory,
            Sandboxes sandboxes,
            ImageStore images,
            Catalogue catalogue,
            SpecResolver specs,
            Isolation isolation,
            InstantSource clock,
            RandomGenerator random) {
        this.directory = directory;
        this.sandboxes = sandboxes;
        this.images = images;
        this.catalogue = catalogue;
        this.specs = specs;
        this.isolation = isolation;
        this.clock = clock;
        this.random = random;
    }

    /** Reads the containers that an earlier agent made; their state is not known yet. */
    List<ProcessContainer> load() throws IOException {
        try (var entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                load(new ContainerFiles(entry))
                        .ifPresentOrElse(
                                container -> byId.put(container.id(), container), () -> StateFile.deleteTree(entry));
            }
        }
        return List.copyOf(byId.values());
    }

    private Optional<ProcessContainer> load(ContainerFiles files) {
        try {
            Optional<byte[]> bytes = StateFile.bytes(files.request());
            if (bytes.isEmpty()) {
                return Optional.empty();
            }
            var request = CreateContainerRequest.parseFrom(bytes.get());
            String name = request.getConfig().getImage().getImage();
            Optional<Sandbox> sandbox = sandboxes.find(request.getPodSandboxId());
            Optional<PulledImage> image = ImageName.parse(name)
                    .flatMap(parsed -> catalogue.find(parsed).map(standIn -> new PulledImage(parsed, standIn)));
            if (sandbox.isEmpty() || image.isEmpty()) {
                LOG.warn("The container in {} has no sandbox or image any more and is forgotten", files.directory());
                return Optional.empty();
            }
            Instant created = StateFile.read(files.created())
                    .map(Long::parseLong)
                    .map(Nanos::toInstant)
                    .orElse(Instant.EPOCH);
            return Optional.of(assemble(
                    files.directory().getFileName().toString(),
                    sandbox.get(),
                    image.get(),
                    request.getConfig(),
                    files,
                    created));
        } catch (InvalidProtocolBufferException | RuntimeException e) {
            LOG.warn("The container in {} cannot be read and is forgotten", files.directory(), e);
            return Optional.empty();
        }
    }

    synchronized ProcessContainer create(Sandbox sandbox, ContainerConfig config) {
        if (!sandbox.ready()) {
            throw new RuntimeFault(Kind.REFUSED, "sandbox \"" + sandbox.id() + "\" is not running");
        }
        if (config.getMetadata().getName().isEmpty()) {
            throw new RuntimeFault(Kind.INVALID, "container config must include metadata");
        }
        of(sandbox).stream()
                .filter(other -> other.config().getMetadata().equals(config.getMetadata()))
                .findFirst()
                .ifPresent(other -> {
                    throw new RuntimeFault(
                            Kind.ALREADY_EXISTS,
                            "container \"" + config.getMetadata().getName() + "\" attempt "
                                    + config.getMetadata().getAttempt() + " exists as " + other.id());
                });
        PulledImage image = images.find(config.getImage().getImage())
                .orElseThrow(() -> new RuntimeFault(
                        Kind.NOT_FOUND,
                        "failed to resolve image \"" + config.getImage().getImage() + "\": not found"));
        String id = Ids.next(random);
        var files = new ContainerFiles(directory.resolve(id));
        var named = config.toBuilder();
        // The name, not whatever form the caller used: an id would not lead back to the image after its removal.
        named.getImageBuilder().setImage(image.name().toString());
        Instant now = clock.instant();
        var container = assemble(id, sandbox, image, named.build(), files, now);
        if (isolation instanceof Isolation.Plain(String reason)) {
            PlainMounts.check(container.spec(), reason);
        }
        try {
            Files.createDirectory(files.directory());
            StateFile.write(files.created(), Long.toString(Nanos.of(now)));
            StateFile.write(
                    files.request(),
                    CreateContainerRequest.newBuilder()
                            .setPodSandboxId(sandbox.id())
                            .setConfig(container.config())
                            .build());
        } catch (IOException e) {
            throw new RuntimeFault(Kind.BROKEN, "cannot make a container in " + directory + ": " + e.getMessage(), e);
        }
        byId.put(id, container);
        return container;
    }

    private ProcessContainer assemble(
            String id,
            Sandbox sandbox,
            PulledImage image,
            ContainerConfig config,
            ContainerFiles files,
            Instant createdAt) {
        Path log = config.getLogPath().isEmpty()
                ? Path.of("/dev/null")
                : Path.of(sandbox.config().getLogDirectory(), config.getLogPath());
        return new ProcessContainer(
                id,
                sandbox,
                image,
                config,
                specs.resolve(image, config, sandbox),
                files,
                new LogPump(files, log),
                createdAt);
    }

    ProcessContainer get(String id) {
        return find(id).orElseThrow(() -> new RuntimeFault(Kind.NOT_FOUND, "container \"" + id + "\" not found"));
    }

    Optional<ProcessContainer> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    List<ProcessContainer> all() {
        return List.copyOf(byId.values());
    }

    List<ProcessContainer> of(Sandbox sandbox) {
        return byId.values().stream()
                .filter(container -> container.sandbox() == sandbox)
                .toList();
    }

    void remove(ProcessContainer container) {
        byId.remove(container.id());
        StateFile.deleteTree(container.files().directory());
    }
}
