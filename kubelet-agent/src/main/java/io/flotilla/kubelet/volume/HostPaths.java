package io.flotilla.kubelet.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The checks that {@code hostPath.type} asks for. */
final class HostPaths {
    private static final int TYPE_BITS = 0170000;

    private HostPaths() {}

    static Path resolve(String path, String type) throws VolumeException {
        Path host = Path.of(path);
        try {
            switch (type) {
                case "" -> {}
                case "DirectoryOrCreate" -> {
                    if (!Files.exists(host)) {
                        Files.createDirectories(host);
                        Files.setPosixFilePermissions(host, PosixFilePermissions.fromString("rwxr-xr-x"));
                    }
                    require(Files.isDirectory(host), host, "a directory");
                }
                case "Directory" -> require(Files.isDirectory(host), host, "a directory");
                case "FileOrCreate" -> {
                    if (!Files.exists(host)) {
                        Files.createFile(host);
                    }
                    require(Files.isRegularFile(host), host, "a file");
                }
                case "File" -> require(Files.isRegularFile(host), host, "a file");
                case "Socket" -> require(is(host, 0140000), host, "a socket file");
                case "CharDevice" -> require(is(host, 0020000), host, "a character device");
                case "BlockDevice" -> require(is(host, 0060000), host, "a block device");
                default -> throw new VolumeException("hostPath type check failed: " + type + " is not a type");
            }
        } catch (IOException e) {
            throw new VolumeException("hostPath type check failed: " + path + ": " + e.getMessage(), e);
        }
        return host;
    }

    private static boolean is(Path path, int type) throws IOException {
        return Files.exists(path)
                && ((Integer) Files.getAttribute(path.toRealPath(), "unix:mode", LinkOption.NOFOLLOW_LINKS) & TYPE_BITS)
                        == type;
    }

    private static void require(boolean holds, Path path, String what) throws VolumeException {
        if (!holds) {
            throw new VolumeException("hostPath type check failed: " + path + " is not " + what);
        }
    }
}
