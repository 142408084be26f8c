package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.crilog.LogLines;
import io.flotilla.kubelet.runtime.crilog.LogLines.Stream;
import io.flotilla.kubelet.runtime.linux.Descriptor;
import io.flotilla.kubelet.runtime.linux.ErrnoException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/**
 * Carries one container's raw output over into its CRI log.
 *
 * <p>Exactly once even when the agent is killed: after each piece the position in the raw files is written down together
 * with the log's size. An agent that comes later cuts off what the log holds beyond that size, and goes on from the
 * position. Files are open only while something is carried over: a node has many quiet containers.
 */
final class LogPump {

    private static final int PIECE = 64 << 10;
    /** How much of a raw file lies behind the position before its blocks are given back. */
    private static final long SPENT = 4L << 20;

    private final ContainerFiles files;
    private final Path log;
    // Guarded by this.
    private long out;
    private long err;
    private long spentOut;
    private long spentErr;

    LogPump(ContainerFiles files, Path log) {
        this.files = files;
        this.log = log;
    }

    /** Goes on where an earlier agent stopped; what is carried over now gets the time at which it was last written. */
    synchronized void resume() {
        try {
            byte[] position = Files.readAllBytes(files.logPosition());
            var numbers = ByteBuffer.wrap(position);
            if (position.length == Long.BYTES * 4) {
                out = numbers.getLong();
                err = numbers.getLong();
                cutBack(numbers.getLong(), numbers.getLong());
            }
        } catch (NoSuchFileException e) {
            // Nothing was carried over yet, or no position written down after the very first piece.
            cutBack(0, inode());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + files.logPosition(), e);
        }
    }

    private void cutBack(long size, long inode) {
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
            if (inode == inode() && channel.size() > size) {
                channel.truncate(size);
            }
        } catch (IOException e) {
            // No log: there is nothing to cut off.
        }
    }

    /** Carries over what there is. At the end of the container also a last line without an end. */
    synchronized void pump(Instant time, boolean end) {
        try {
            boolean more = true;
            while (more) {
                more = false;
                var lines = new ByteArrayOutputStream();
                int fromOut = collect(files.rawOut(), out, Stream.STDOUT, time, end, lines);
                int fromErr = collect(files.rawErr(), err, Stream.STDERR, time, end, lines);
                if (fromOut + fromErr > 0) {
                    out += fromOut;
                    err += fromErr;
                    write(lines.toByteArray());
                    more = true;
                }
            }
            spentOut = giveBack(files.rawOut(), out, spentOut);
            spentErr = giveBack(files.rawErr(), err, spentErr);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + log, e);
        }
    }

    private static int collect(
            Path raw, long position, Stream stream, Instant time, boolean end, ByteArrayOutputStream lines)
            throws IOException {
        try (FileChannel channel = FileChannel.open(raw, StandardOpenOption.READ)) {
            long available = channel.size() - position;
            if (available <= 0) {
                return 0;
            }
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(available, PIECE));
            channel.read(piece, position);
            boolean last = end && piece.position() == available;
            return LogLines.append(lines, time, stream, piece.array(), piece.position(), last);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private void write(byte[] lines) throws IOException {
        try (FileChannel channel = open()) {
            var buffer = ByteBuffer.wrap(lines);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            savePosition(channel.size());
        }
    }

    private FileChannel open() throws IOException {
        try {
            return FileChannel.open(
                    log, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        } catch (NoSuchFileException e) {
            Files.createDirectories(log.getParent());
            return FileChannel.open(
                    log, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        }
    }

    /** One small write at one place: a killed agent leaves the old position or the new one. */
    private void savePosition(long logSize) throws IOException {
        var position = ByteBuffer.allocate(Long.BYTES * 4)
                .putLong(out)
                .putLong(err)
                .putLong(logSize)
                .putLong(inode())
                .flip();
        try (FileChannel channel =
                FileChannel.open(files.logPosition(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(position, 0);
        }
    }

    /** Begins a new file at the log's path, the old one having been renamed. */
    synchronized void reopen() {
        try (FileChannel channel = open()) {
            savePosition(channel.size());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot reopen " + log, e);
        }
    }

    private long inode() {
        try {
            return (Long) Files.getAttribute(log, "unix:ino");
        } catch (IOException e) {
            return 0;
        }
    }

    private static long giveBack(Path raw, long position, long spent) {
        if (position - spent < SPENT * 2) {
            return spent;
        }
        // Somebody attached may still be reading a little behind.
        long until = position - SPENT;
        try {
            Descriptor.punchHole(raw, 0, until);
        } catch (ErrnoException e) {
            // A file system without holes: the space comes back with the container's removal.
        }
        return until;
    }
}
