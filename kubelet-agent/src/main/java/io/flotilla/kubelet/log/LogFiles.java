package io.flotilla.kubelet.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The files of one container's log: {@code N.log}, and {@code N.log.<time>[.gz]} that were rotated away. */
final class LogFiles {
    static final String PACKED = ".gz";

    private LogFiles() {}

    /** Returns the rotated files, oldest first. */
    static List<Path> rotated(Path current) throws IOException {
        List<Path> found = new ArrayList<>();
        Path directory = current.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            return found;
        }
        String prefix = current.getFileName() + ".";
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (name.startsWith(prefix) && !name.endsWith(".tmp")) {
                    found.add(file);
                }
            }
        }
        found.sort(null);
        return found;
    }

    static InputStream open(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        return file.toString().endsWith(PACKED) ? new GZIPInputStream(in) : in;
    }
}
