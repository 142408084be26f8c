package io.flotilla.kubelet.runtime.standin;

import io.flotilla.kubelet.runtime.embedded.Images;
import io.flotilla.kubelet.runtime.embedded.Nanos;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.kubelet.runtime.embedded.StateFile;
import io.flotilla.proto.cri.FilesystemIdentifier;
import io.flotilla.proto.cri.FilesystemUsage;
import io.flotilla.proto.cri.Image;
import io.flotilla.proto.cri.ImageSpec;
import io.flotilla.proto.cri.PodSandboxConfig;
import io.flotilla.proto.cri.UInt64Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.ToLongFunction;

/** The images pulled on this node; which they are survives a restart. */
public final class ImageStore implements Images {

    private final Path directory;
    private final Path pulledFile;
    private final Catalogue catalogue;
    private final HostPrograms programs;
    private final ImageLayers layers;
    private final InstantSource clock;
    // By full name; guarded by this.
    private final SequencedMap<String, PulledImage> pulled = new LinkedHashMap<>();

    public ImageStore(Path directory, Catalogue catalogue, HostPrograms programs, InstantSource clock) {
        this.directory = directory;
        this.pulledFile = directory.resolve("pulled");
        this.catalogue = catalogue;
        this.programs = programs;
        this.layers = new ImageLayers(directory.resolve("layers"));
        this.clock = clock;
    }

    /** Reads what an earlier agent pulled; an image that left the catalogue since is forgotten. */
    public synchronized void load() {
        StateFile.read(pulledFile)
                .ifPresent(names -> names.lines()
                        .flatMap(name -> ImageName.parse(name).stream())
                        .forEach(name -> catalogue
                                .find(name)
                                .ifPresent(standIn -> pulled.put(name.toString(), new PulledImage(name, standIn)))));
    }

    @Override
    public String pull(String reference, PodSandboxConfig sandbox) {
        ImageName name = ImageName.parse(reference)
                .orElseThrow(() -> new RuntimeFault(
                        Kind.INVALID, "couldn't parse image name \"" + reference + "\": invalid reference format"));
        StandIn standIn = catalogue
                .find(name)
                .orElseThrow(() -> new RuntimeFault(
                        Kind.NOT_FOUND,
                        "image \"" + reference + "\" is not in the catalogue of stand-ins, and this runtime has no"
                                + " registry to pull it from"));
        standIn.needs().ifPresent(need -> require(reference, need));
        layers.prepare(standIn);
        var image = new PulledImage(name, standIn);
        synchronized (this) {
            pulled.put(name.toString(), image);
            save();
        }
        return image.id();
    }

    private void require(String reference, StandIn.Need need) {
        if (programs.find(need.program()).isEmpty()) {
            throw new RuntimeFault(
                    Kind.REFUSED,
                    "image \"" + reference + "\": its stand-in needs the program " + need.program()
                            + ", which this machine does not have (Debian: apt-get install " + need.debianPackage()
                            + ")");
        }
    }

    /** Returns a pulled image by name as people write it, by id or by name with the digest that we gave it. */
    public synchronized Optional<PulledImage> find(String reference) {
        Optional<PulledImage> named = ImageName.parse(reference).map(name -> pulled.get(name.toString()));
        return named.isPresent()
                ? named
                : pulled.values().stream()
                        .filter(image -> image.id().equals(reference)
                                || image.id().equals("sha256:" + reference)
                                || image.repoDigest().equals(reference))
                        .findFirst();
    }

    /** Returns where the image's files lie, below which are {@code usr} and {@code etc}; empty if it brings none. */
    public Optional<Path> layer(StandIn standIn) {
        return layers.of(standIn);
    }

    @Override
    public synchronized List<Image> images() {
        return pulled.values().stream().map(this::describe).toList();
    }

    @Override
    public Optional<Image> image(String reference) {
        return find(reference).map(this::describe);
    }

    @Override
    public Map<String, String> info(String reference) {
        return find(reference)
                .map(image -> Map.of(
                        "standIn", image.standIn().name(),
                        "userland", image.standIn().userland().name(),
                        "exposedPorts", image.standIn().ports().toString()))
                .orElse(Map.of());
    }

    @Override
    public synchronized void remove(String reference) {
        find(reference).ifPresent(image -> {
            pulled.remove(image.name().toString());
            save();
        });
    }

    @Override
    public FilesystemUsage filesystem() {
        return FilesystemUsage.newBuilder()
                .setTimestamp(Nanos.of(clock.instant()))
                .setFsId(FilesystemIdentifier.newBuilder().setMountpoint(directory.toString()))
                .setUsedBytes(UInt64Value.newBuilder().setValue(sum(ImageStore::size)))
                .setInodesUsed(UInt64Value.newBuilder().setValue(sum(file -> 1)))
                .build();
    }

    private long sum(ToLongFunction<Path> measure) {
        try (var files = Files.walk(directory)) {
            return files.mapToLong(measure).sum();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory, e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private Image describe(PulledImage image) {
        var described = Image.newBuilder()
                .setId(image.id())
                .addRepoDigests(image.repoDigest())
                .setSize(Math.max(1, layers.size(image.standIn())))
                .setSpec(ImageSpec.newBuilder().setImage(image.name().toString()));
        if (!image.name().tag().isEmpty()) {
            described.addRepoTags(image.name().repository() + ":" + image.name().tag());
        }
        return described.build();
    }

    // Guarded by this.
    private void save() {
        StateFile.write(pulledFile, String.join("\n", pulled.keySet()));
    }
}
