package io.flotilla.kubelet.log;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Reads one container's log, the rotated part first, and goes on with what is written later if asked to. */
public final class LogReader {
    /** Takes the bytes to show; returns false when nobody wants more. */
    public interface Output {
        boolean write(byte[] bytes, int from, int length) throws InterruptedException;
    }

    private static final int BUFFER = 32 << 10;

    private final Path current;
    private final LogOptions options;
    private final Output output;
    private final LineParser parser;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private long left;
    /** Lines at the head of rotated files that are before the wanted tail. */
    private long skip;

    public LogReader(Path current, LogOptions options, Output output) {
        this.current = current;
        this.options = options;
        this.output = output;
        this.parser = new LineParser(options);
        this.left = options.limitBytes().orElse(Long.MAX_VALUE);
    }

    /**
     * Reads to the end, and beyond while the container runs if the log is followed.
     *
     * @param running whether more may be written; asked after every change
     * @param changes what to wait on
     */
    public void read(BooleanSupplier running, LogChanges changes) throws IOException, InterruptedException {
        long offset = 0;
        OptionalLong tail = options.tailLines();
        if (tail.isPresent()) {
            Start start = startOfTail(tail.getAsLong());
            for (Path file : start.before()) {
                if (!readPacked(file)) {
                    return;
                }
            }
            offset = start.offset();
        } else {
            for (Path file : LogFiles.rotated(current)) {
                if (!readPacked(file)) {
                    return;
                }
            }
        }
        readCurrent(offset, running, changes);
    }

    private record Start(List<Path> before, long offset) {}

    /** Finds where the last lines begin: within the current file, or with whole rotated files before it. */
    private Start startOfTail(long lines) throws IOException {
        if (lines == 0) {
            return new Start(List.of(), Files.exists(current) ? Files.size(current) : 0);
        }
        long missing = lines;
        if (Files.exists(current)) {
            try (RandomAccessFile file = new RandomAccessFile(current.toFile(), "r")) {
                long end = file.length();
                byte[] block = new byte[BUFFER];
                long at = end;
                while (at > 0) {
                    int size = (int) Math.min(block.length, at);
                    at -= size;
                    file.seek(at);
                    file.readFully(block, 0, size);
                    for (int i = size - 1; i >= 0; i--) {
                        boolean last = at + i == end - 1;
                        if (block[i] == '\n' && !last && --missing == 0) {
                            return new Start(List.of(), at + i + 1);
                        }
                    }
                }
                if (end > 0) {
                    missing--;
                }
            }
        }
        List<Path> before = new ArrayList<>();
        for (Path file : LogFiles.rotated(current).reversed()) {
            if (missing <= 0) {
                break;
            }
            before.addFirst(file);
            missing -= count(file);
        }
        skip = Math.max(0, -missing);
        return new Start(before, 0);
    }

    private static long count(Path file) throws IOException {
        long lines = 0;
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = LogFiles.open(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    if (buffer[i] == '\n') {
                        lines++;
                    }
                }
            }
        }
        return lines;
    }

    private boolean readPacked(Path file) throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = LogFiles.open(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (!feed(buffer, n)) {
                    return false;
                }
            }
        } catch (NoSuchFileException _) {
            return true; // Rotation packed or removed it meanwhile.
        }
        return true;
    }

    private void readCurrent(long offset, BooleanSupplier running, LogChanges changes)
            throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER];
        long at = offset;
        RandomAccessFile file = null;
        Optional<Object> key = Optional.empty();
        try {
            while (true) {
                // Asked before reading: what was written before the end is read after it.
                boolean mayGrow = options.follow() && running.getAsBoolean();
                if (file == null) {
                    key = key(current);
                    file = open(key);
                    if (file == null && key.isPresent()) {
                        continue; // Rotated just now.
                    }
                    if (file != null) {
                        file.seek(at);
                    }
                }
                if (file != null && !drain(file, buffer)) {
                    return;
                }
                Optional<Object> now = key(current);
                if (file != null && now.isPresent() && !now.equals(key)) {
                    // What was written between the end seen above and the rotation.
                    if (!drain(file, buffer)) {
                        return;
                    }
                    file.close();
                    file = null;
                    at = 0;
                    continue;
                }
                if (!mayGrow) {
                    return;
                }
                changes.await();
            }
        } finally {
            if (file != null) {
                file.close();
            }
        }
    }

    /** Opens the current file if it is there and still the one of this key. */
    private @Nullable RandomAccessFile open(Optional<Object> key) throws IOException {
        if (key.isEmpty()) {
            return null;
        }
        try {
            RandomAccessFile file = new RandomAccessFile(current.toFile(), "r");
            if (key.equals(key(current))) {
                return file;
            }
            file.close();
        } catch (FileNotFoundException e) {
            if (key.equals(key(current))) {
                throw e;
            }
        }
        return null;
    }

    /** Returns what tells the current file from a later one at its path; empty while there is none. */
    private static Optional<Object> key(Path path) throws IOException {
        try {
            return Optional.of(Files.getAttribute(path, "unix:ino"));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    private boolean drain(RandomAccessFile file, byte[] buffer) throws IOException, InterruptedException {
        for (int n = file.read(buffer); n > 0; n = file.read(buffer)) {
            if (!feed(buffer, n)) {
                return false;
            }
        }
        return true;
    }

    /** Cuts into lines; returns whether more is wanted. */
    private boolean feed(byte[] bytes, int length) throws InterruptedException {
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] != '\n') {
                continue;
            }
            boolean more;
            if (pending.size() > 0) {
                pending.write(bytes, start, i - start);
                byte[] whole = pending.toByteArray();
                pending.reset();
                more = line(whole, 0, whole.length);
            } else {
                more = line(bytes, start, i);
            }
            if (!more) {
                return false;
            }
            start = i + 1;
        }
        pending.write(bytes, start, length - start);
        return true;
    }

    private boolean line(byte[] bytes, int from, int to) throws InterruptedException {
        if (skip > 0) {
            skip--;
            return true;
        }
        return parser.line(bytes, from, to, this::show);
    }

    private boolean show(byte[] bytes, int from, int length) throws InterruptedException {
        int shown = (int) Math.min(length, left);
        left -= shown;
        return (shown == 0 || output.write(bytes, from, shown)) && left > 0;
    }

    /** What a follower waits on. */
    public interface LogChanges {
        LogChanges NONE = () -> {};

        /** Returns when the log or the container may have changed. */
        void await() throws InterruptedException;
    }
}
