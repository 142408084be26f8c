package io.flotilla.kubelet.runtime.embedded;

import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Optional;

/**
 * Small files of state. A write replaces the file as a whole, so that a killed agent leaves the old content or the new
 * one; it is not forced to disk, because what the files tell (processes, mounts) dies with the machine as well.
 */
public final class StateFile {

    private StateFile() {}

    public static void write(Path file, String content) {
        write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    public static void write(Path file, MessageLite content) {
        write(file, content.toByteArray());
    }

    private static void write(Path file, byte[] content) {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            Files.write(next, content);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Returns the content without surrounding white space; empty when there is no such file. */
    public static Optional<String> read(Path file) {
        return bytes(file).map(content -> new String(content, StandardCharsets.UTF_8).strip());
    }

    /** Returns the content as it is; empty when there is no such file. */
    public static Optional<byte[]> bytes(Path file) {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Deletes a directory with what is in it, following no links; does nothing if there is none. */
    public static void deleteTree(Path directory) {
        try (var paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            // Already gone: what was asked for.
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory, e);
        }
    }
}
