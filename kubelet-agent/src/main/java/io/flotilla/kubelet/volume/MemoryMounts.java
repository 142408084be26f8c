package io.flotilla.kubelet.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** File systems in memory, for {@code emptyDir.medium: Memory}. Without the right to mount they are plain directories. */
public final class MemoryMounts {
    private static final Path MOUNTS = Path.of("/proc/self/mounts");

    private final boolean privileged;

    /**
     * Makes the mounter.
     *
     * @param privileged whether this process may mount
     */
    public MemoryMounts(boolean privileged) {
        this.privileged = privileged;
    }

    void mount(Path path, long limit) throws IOException {
        if (!privileged || mountedBelow(path).contains(path.toAbsolutePath().toString())) {
            return;
        }
        run(List.of("mount", "-t", "tmpfs", "-o", limit > 0 ? "size=" + limit : "rw", "tmpfs", path.toString()));
    }

    void unmountBelow(Path root) throws IOException {
        if (privileged && Files.exists(root)) {
            for (String mounted : mountedBelow(root)) {
                run(List.of("umount", mounted));
            }
        }
    }

    private static List<String> mountedBelow(Path root) throws IOException {
        String prefix = root.toAbsolutePath().toString();
        List<String> found = new ArrayList<>();
        for (String line : Files.readAllLines(MOUNTS)) {
            String[] fields = line.split(" ");
            if (fields.length > 2
                    && fields[2].equals("tmpfs")
                    && (fields[1].equals(prefix) || fields[1].startsWith(prefix + "/"))) {
                found.add(fields[1]);
            }
        }
        return found;
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
