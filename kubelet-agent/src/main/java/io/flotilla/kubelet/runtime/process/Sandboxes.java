package io.flotilla.kubelet.runtime.process;

import com.google.protobuf.InvalidProtocolBufferException;
import io.flotilla.kubelet.runtime.embedded.Ids;
import io.flotilla.kubelet.runtime.embedded.PodAddresses;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.kubelet.runtime.embedded.StateFile;
import io.flotilla.proto.cri.PodSandboxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's sandboxes and their addresses. */
final class Sandboxes {

    private static final Logger LOG = LoggerFactory.getLogger(Sandboxes.class);

    private final Path directory;
    private final PodAddresses addresses;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<String, Sandbox> byId = new ConcurrentHashMap<>();

    Sandboxes(Path directory, PodAddresses addresses, InstantSource clock, RandomGenerator random) {
        this.directory = directory;
        this.addresses = addresses;
        this.clock = clock;
        this.random = random;
    }

    /** Takes over what an earlier agent left. */
    void adopt() throws IOException {
        try (var entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                load(entry)
                        .ifPresentOrElse(
                                sandbox -> {
                                    byId.put(sandbox.id(), sandbox);
                                    if (sandbox.ready()) {
                                        sandbox.address().ifPresent(addresses::adopt);
                                    }
                                },
                                () -> StateFile.deleteTree(entry));
            }
        }
    }

    private static Optional<Sandbox> load(Path entry) {
        try {
            return Sandbox.load(entry);
        } catch (InvalidProtocolBufferException e) {
            LOG.warn("The sandbox in {} cannot be read and is forgotten", entry, e);
            return Optional.empty();
        }
    }

    synchronized Sandbox create(PodSandboxConfig config) {
        var metadata = config.getMetadata();
        if (metadata.getName().isEmpty()) {
            throw new RuntimeFault(Kind.INVALID, "sandbox config must include metadata");
        }
        byId.values().stream()
                .filter(other -> other.config().getMetadata().equals(metadata))
                .findFirst()
                .ifPresent(other -> {
                    throw new RuntimeFault(
                            Kind.ALREADY_EXISTS,
                            "sandbox \"" + metadata.getName() + "_" + metadata.getNamespace() + "_" + metadata.getUid()
                                    + "_" + metadata.getAttempt() + "\" exists as " + other.id());
                });
        String id = Ids.next(random);
        Optional<String> address = Sandbox.hostNetwork(config) ? Optional.empty() : Optional.of(addresses.take());
        try {
            var sandbox = Sandbox.create(id, directory.resolve(id), config, address, clock.instant());
            byId.put(id, sandbox);
            return sandbox;
        } catch (IOException | RuntimeException e) {
            address.ifPresent(addresses::release);
            throw new RuntimeFault(Kind.BROKEN, "cannot make a sandbox in " + directory + ": " + e.getMessage(), e);
        }
    }

    Sandbox get(String id) {
        return find(id).orElseThrow(() -> new RuntimeFault(Kind.NOT_FOUND, "sandbox \"" + id + "\" not found"));
    }

    Optional<Sandbox> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    List<Sandbox> all() {
        return List.copyOf(byId.values());
    }

    void stop(Sandbox sandbox) {
        if (sandbox.stop()) {
            sandbox.address().ifPresent(addresses::release);
        }
    }

    void remove(Sandbox sandbox) {
        stop(sandbox);
        byId.remove(sandbox.id());
        StateFile.deleteTree(sandbox.directory());
    }
}
