package io.flotilla.kubelet.volume;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A directory whose files change all at once. As in Kubernetes, what readers see are links into {@code ..data}, itself a
 * link to a directory with the time in its name; an update makes a new directory and swaps that one link.
 */
final class AtomicDirectory {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("..yyyy_MM_dd_HH_mm_ss.nnnnnnnnn").withZone(ZoneOffset.UTC);
    private static final String DATA = "..data";

    private final Path root;

    AtomicDirectory(Path root) {
        this.root = root;
    }

    /** Makes the directory hold exactly these files; does nothing if it does already. */
    void write(Payload payload, Instant now) throws IOException {
        Files.createDirectories(root);
        Path data = root.resolve(DATA);
        if (holds(data, payload)) {
            return;
        }
        Path before = Files.isSymbolicLink(data) ? root.resolve(Files.readSymbolicLink(data)) : null;
        Path fresh = root.resolve(NAME.format(now));
        Files.createDirectories(fresh);
        for (Map.Entry<String, Payload.Entry> file : payload.files().entrySet()) {
            Path path = fresh.resolve(file.getKey());
            if (path.getParent() != null) {
                Files.createDirectories(path.getParent());
            }
            Files.write(path, file.getValue().content());
            Files.setPosixFilePermissions(path, permissions(file.getValue().mode()));
        }
        Path temporary = root.resolve("..data_tmp");
        Files.deleteIfExists(temporary);
        Files.createSymbolicLink(temporary, fresh.getFileName());
        Files.move(temporary, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        link(payload);
        if (before != null && !before.equals(fresh)) {
            deleteTree(before);
        }
    }

    private void link(Payload payload) throws IOException {
        Set<String> wanted = new HashSet<>();
        for (String path : payload.files().keySet()) {
            wanted.add(path.split("/", 2)[0]);
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (!name.startsWith("..") && !wanted.remove(name) && Files.isSymbolicLink(entry)) {
                    Files.delete(entry);
                }
            }
        }
        for (String name : wanted) {
            Files.createSymbolicLink(root.resolve(name), Path.of(DATA, name));
        }
    }

    private static boolean holds(Path data, Payload payload) throws IOException {
        if (!Files.isDirectory(data)) {
            return false;
        }
        Set<String> present = new HashSet<>();
        Path real = data.toRealPath();
        try (var walk = Files.walk(real)) {
            walk.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .forEach(path -> present.add(real.relativize(path).toString()));
        }
        if (!present.equals(payload.files().keySet())) {
            return false;
        }
        for (Map.Entry<String, Payload.Entry> file : payload.files().entrySet()) {
            Path path = real.resolve(file.getKey());
            if (!Arrays.equals(Files.readAllBytes(path), file.getValue().content())
                    || !Files.getPosixFilePermissions(path)
                            .equals(permissions(file.getValue().mode()))) {
                return false;
            }
        }
        return true;
    }

    static Set<PosixFilePermission> permissions(int mode) {
        PosixFilePermission[] bits = {
            PosixFilePermission.OTHERS_EXECUTE, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_READ,
            PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_READ,
            PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_READ
        };
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < bits.length; i++) {
            if ((mode >> i & 1) == 1) {
                set.add(bits[i]);
            }
        }
        return set;
    }

    /** Deletes without following links. */
    static void deleteTree(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
                for (Path child : children) {
                    deleteTree(child);
                }
            }
        }
        Files.deleteIfExists(path);
    }
}
