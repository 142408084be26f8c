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
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;

/** Every well-formed name is an image. Which were pulled is forgotten with the agent: pulling again costs nothing. */
final class SimImages implements Images {

    /** The images, by name in full. */
    private final Map<String, Image> pulled = new ConcurrentSkipListMap<>();

    /** Counts the image of an adopted container as pulled. */
    void adopt(String image) {
        String name = fullName(image);
        pulled.put(name, describe(name));
    }

    private static String fullName(String image) {
        return ImageName.parse(image).map(ImageName::toString).orElse(image);
    }

    @Override
    public List<Image> images() {
        return List.copyOf(pulled.values());
    }

    @Override
    public Optional<Image> image(String reference) {
        return Optional.ofNullable(pulled.get(fullName(reference)))
                .or(() -> pulled.values().stream()
                        .filter(image -> image.getId().equals(reference)
                                || image.getRepoDigestsList().contains(reference))
                        .findFirst());
    }

    /** The image of a name, in full or not. */
    static Image describe(String image) {
        Optional<ImageName> parsed = ImageName.parse(image);
        String name = parsed.map(ImageName::toString).orElse(image);
        String hash = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))
                .toString()
                .replace("-", "");
        String id = "sha256:" + hash + hash;
        return Image.newBuilder()
                .setId(id)
                .addRepoTags(name)
                .addRepoDigests(parsed.map(ImageName::repository).orElse(image) + "@" + id)
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
        Image image = describe(name.toString());
        pulled.put(name.toString(), image);
        return image.getId();
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
