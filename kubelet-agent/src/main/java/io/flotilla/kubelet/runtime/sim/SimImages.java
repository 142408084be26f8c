package io.flotilla.kubelet.runtime.sim;

import io.flotilla.kubelet.runtime.embedded.Images;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.kubelet.runtime.standin.ImageName;
import io.flotilla.proto.cri.FilesystemIdentifier;
import io.flotilla.proto.cri.FilesystemUsage;
import io.flotilla.proto.cri.Image;
import io.flotilla.proto.cri.ImageSpec;
import io.flotilla.proto.cri.PodSandboxConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;

/** Every well-formed name is an image. Which were pulled is forgotten with the agent: pulling again costs nothing. */
final class SimImages implements Images {

    private final Set<String> pulled = new ConcurrentSkipListSet<>();

    /** Counts the image of an adopted container as pulled. */
    void adopt(String image) {
        pulled.add(fullName(image));
    }

    static String id(String image) {
        var name = UUID.nameUUIDFromBytes(fullName(image).getBytes(StandardCharsets.UTF_8))
                .toString()
                .replace("-", "");
        return "sha256:" + name + name;
    }

    static String reference(String image) {
        return ImageName.parse(image).map(ImageName::repository).orElse(image) + "@" + id(image);
    }

    private static String fullName(String image) {
        return ImageName.parse(image).map(ImageName::toString).orElse(image);
    }

    @Override
    public List<Image> images() {
        return pulled.stream().map(SimImages::describe).toList();
    }

    @Override
    public Optional<Image> image(String reference) {
        String name = fullName(reference);
        return pulled.stream()
                .filter(image -> image.equals(name)
                        || id(image).equals(reference)
                        || reference(image).equals(reference))
                .findFirst()
                .map(SimImages::describe);
    }

    private static Image describe(String name) {
        return Image.newBuilder()
                .setId(id(name))
                .addRepoTags(name)
                .addRepoDigests(reference(name))
                .setSize(1)
                .setSpec(ImageSpec.newBuilder().setImage(name))
                .build();
    }

    @Override
    public Map<String, String> info(String reference) {
        return Map.of("simulated", "true");
    }

    @Override
    public String pull(String reference, PodSandboxConfig sandbox) {
        ImageName name = ImageName.parse(reference)
                .orElseThrow(() -> new RuntimeFault(
                        Kind.INVALID, "couldn't parse image name \"" + reference + "\": invalid reference format"));
        var script = new Script(sandbox.getAnnotationsMap(), "");
        try {
            Thread.sleep(script.pullDelay());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFault(Kind.REFUSED, "the runtime is closing", e);
        }
        script.pullError().ifPresent(error -> {
            throw new RuntimeFault(Kind.NOT_FOUND, "failed to pull image \"" + reference + "\": " + error);
        });
        pulled.add(name.toString());
        return id(reference);
    }

    @Override
    public void remove(String reference) {
        image(reference).ifPresent(image -> pulled.remove(image.getSpec().getImage()));
    }

    @Override
    public FilesystemUsage filesystem() {
        return FilesystemUsage.newBuilder()
                .setFsId(FilesystemIdentifier.newBuilder().setMountpoint("/"))
                .build();
    }
}
