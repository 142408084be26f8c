package io.flotilla.kubelet.runtime.sim;

import com.google.protobuf.ByteString;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What happened to sandboxes and containers, appended to one file, one write an entry. An entry cut short by a kill is
 * the last one and is dropped. Written anew, without what was removed, each time an agent starts.
 */
final class Journal implements AutoCloseable {

    /** An entry. */
    sealed interface Entry {

        record Pod(String id, Instant createdAt, String address, ByteString config) implements Entry {}

        record PodStopped(String id) implements Entry {}

        record PodRemoved(String id) implements Entry {}

        record Made(String id, Instant createdAt, String podId, ByteString config) implements Entry {}

        record Started(String id, Instant at) implements Entry {}

        record Ended(String id, SimContainer.End end) implements Entry {}

        record Removed(String id) implements Entry {}
    }

    private final FileChannel channel;

    private Journal(FileChannel channel) {
        this.channel = channel;
    }

    static List<Entry> read(Path file) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            while (true) {
                entries.add(read(in));
            }
        } catch (NoSuchFileException | EOFException e) {
            return entries;
        }
    }

    /** Begins a journal with the given entries in place of the one there is. */
    static Journal rewrite(Path file, List<Entry> entries) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try (var out = new DataOutputStream(Files.newOutputStream(next))) {
            for (Entry entry : entries) {
                write(out, entry);
            }
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new Journal(FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
    }

    synchronized void append(Entry entry) {
        try {
            var bytes = new ByteArrayOutputStream();
            write(new DataOutputStream(bytes), entry);
            channel.write(ByteBuffer.wrap(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the journal", e);
        }
    }

    private static void write(DataOutputStream out, Entry entry) throws IOException {
        switch (entry) {
            case Entry.Pod pod -> {
                head(out, 'P', pod.id(), pod.createdAt());
                out.writeUTF(pod.address());
                bytes(out, pod.config());
            }
            case Entry.PodStopped(String id) -> head(out, 'p', id, Instant.EPOCH);
            case Entry.PodRemoved(String id) -> head(out, 'x', id, Instant.EPOCH);
            case Entry.Made made -> {
                head(out, 'C', made.id(), made.createdAt());
                out.writeUTF(made.podId());
                bytes(out, made.config());
            }
            case Entry.Started(String id, Instant at) -> head(out, 'S', id, at);
            case Entry.Ended(String id, SimContainer.End end) -> {
                head(out, 'E', id, end.at());
                out.writeInt(end.code());
                out.writeUTF(end.reason());
                out.writeUTF(end.message());
            }
            case Entry.Removed(String id) -> head(out, 'c', id, Instant.EPOCH);
        }
    }

    private static Entry read(DataInputStream in) throws IOException {
        char kind = in.readChar();
        String id = in.readUTF();
        Instant at = Instant.ofEpochSecond(in.readLong(), in.readInt());
        return switch (kind) {
            case 'P' -> new Entry.Pod(id, at, in.readUTF(), bytes(in));
            case 'p' -> new Entry.PodStopped(id);
            case 'x' -> new Entry.PodRemoved(id);
            case 'C' -> new Entry.Made(id, at, in.readUTF(), bytes(in));
            case 'S' -> new Entry.Started(id, at);
            case 'E' -> new Entry.Ended(id, new SimContainer.End(at, in.readInt(), in.readUTF(), in.readUTF()));
            case 'c' -> new Entry.Removed(id);
            default -> throw new IOException("the journal of simulated containers is damaged");
        };
    }

    private static void head(DataOutputStream out, char kind, String id, Instant at) throws IOException {
        out.writeChar(kind);
        out.writeUTF(id);
        out.writeLong(at.getEpochSecond());
        out.writeInt(at.getNano());
    }

    private static void bytes(DataOutputStream out, ByteString bytes) throws IOException {
        out.writeInt(bytes.size());
        bytes.writeTo(out);
    }

    private static ByteString bytes(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return ByteString.copyFrom(bytes);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the journal", e);
        }
    }
}
