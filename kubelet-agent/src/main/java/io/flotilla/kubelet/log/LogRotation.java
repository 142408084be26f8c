package io.flotilla.kubelet.log;

import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriException;
import io.flotilla.kubelet.timer.Timers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps logs small: one that has grown too large is renamed and the runtime told to open it anew; of those renamed the
 * newest stays as it is, the others are packed, the oldest deleted.
 */
public final class LogRotation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogRotation.class);
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final Cri cri;
    private final Supplier<Map<String, Path>> running;
    private final long maxBytes;
    private final int maxFiles;
    private final Timers timers;
    private final Clock clock;
    private volatile boolean closed;

    /**
     * Makes a rotation that has not begun.
     *
     * @param running logs of running containers, by container ID
     */
    public LogRotation(
            Cri cri, Supplier<Map<String, Path>> running, long maxBytes, int maxFiles, Timers timers, Clock clock) {
        this.cri = cri;
        this.running = running;
        this.maxBytes = maxBytes;
        this.maxFiles = maxFiles;
        this.timers = timers;
        this.clock = clock;
    }

    public void start() {
        timers.after(LOOK, () -> Thread.ofVirtual().name("log-rotation").start(this::look));
    }

    private void look() {
        if (closed) {
            return;
        }
        try {
            running.get().forEach(this::rotateIfLarge);
        } catch (CriException e) {
            LOG.debug("Logs could not be looked at: {}", e.getMessage());
        } finally {
            start();
        }
    }

    void rotateIfLarge(String containerId, Path log) {
        try {
            if (Files.exists(log) && Files.size(log) >= maxBytes) {
                rotate(containerId, log);
            }
        } catch (IOException | CriException e) {
            LOG.warn("The log {} could not be rotated: {}", log, e.getMessage());
        }
    }

    private void rotate(String containerId, Path log) throws IOException {
        List<Path> rotated = LogFiles.rotated(log);
        int surplus = rotated.size() - (maxFiles - 2);
        for (int i = 0; i < surplus; i++) {
            Files.deleteIfExists(rotated.get(i));
        }
        for (Path file : rotated.subList(Math.max(0, surplus), rotated.size())) {
            if (!file.toString().endsWith(LogFiles.PACKED)) {
                pack(file);
            }
        }
        Path renamed = log.resolveSibling(log.getFileName() + "." + TIME.format(clock.instant()));
        Files.move(log, renamed);
        try {
            cri.reopenLog(containerId);
        } catch (CriException e) {
            Files.move(renamed, log);
            throw e;
        }
    }

    private static void pack(Path file) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = new GZIPOutputStream(Files.newOutputStream(temporary))) {
            in.transferTo(out);
        }
        Files.move(
                temporary, file.resolveSibling(file.getFileName() + LogFiles.PACKED), StandardCopyOption.ATOMIC_MOVE);
        Files.delete(file);
    }

    @Override
    public void close() {
        closed = true;
    }
}
