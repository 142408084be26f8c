package io.flotilla.kubelet.runtime.standin;

import io.flotilla.kubelet.runtime.standin.StandIn.LayerFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The files that stand-ins bring, on disk. A directory's name tells its content, so that containers of an earlier
 * version keep theirs.
 */
final class ImageLayers {

    private static final String READABLE = "rw-r--r--";
    private static final String RUNNABLE = "rwxr-xr-x";

    private final Path directory;

    ImageLayers(Path directory) {
        this.directory = directory;
    }

    /** Writes the files unless they are there. */
    synchronized void prepare(StandIn standIn) {
        of(standIn).ifPresent(layer -> {
            if (!Files.exists(layer)) {
                write(standIn, layer);
            }
        });
    }

    Optional<Path> of(StandIn standIn) {
        if (standIn.files().isEmpty()) {
            return Optional.empty();
        }
        var content = new StringBuilder();
        for (LayerFile file : standIn.files()) {
            content.append(file.path()).append('\n').append(new String(read(file), StandardCharsets.UTF_8));
        }
        return Optional.of(directory.resolve(
                standIn.name() + "-" + PulledImage.sha256(content.toString()).substring(0, 12)));
    }

    long size(StandIn standIn) {
        return standIn.files().stream().mapToLong(file -> read(file).length).sum();
    }

    private void write(StandIn standIn, Path layer) {
        try {
            Files.createDirectories(directory);
            Path next = Files.createTempDirectory(directory, "next-");
            for (LayerFile file : standIn.files()) {
                Path target = next.resolve(file.path());
                Files.createDirectories(target.getParent());
                Files.write(target, read(file));
                Files.setPosixFilePermissions(
                        target, PosixFilePermissions.fromString(file.executable() ? RUNNABLE : READABLE));
            }
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString(RUNNABLE));
            Files.move(next, layer, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the files of the stand-in " + standIn.name(), e);
        }
    }

    private static byte[] read(LayerFile file) {
        try (InputStream content = ImageLayers.class.getResourceAsStream(file.resource())) {
            if (content == null) {
                throw new IllegalStateException("no resource " + file.resource());
            }
            return content.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(file.resource(), e);
        }
    }
}
