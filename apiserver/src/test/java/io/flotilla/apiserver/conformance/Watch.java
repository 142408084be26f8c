package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An open watch: its events in the order in which they come. */
final class Watch implements AutoCloseable {
    private final HttpHeaders headers;
    private final InputStream stream;
    private final BlockingQueue<Optional<byte[]>> events = new LinkedBlockingQueue<>();

    /** Takes the next event off the stream; empty at its end. */
    @FunctionalInterface
    interface Framing {
        Optional<byte[]> next(DataInputStream in) throws IOException;
    }

    Watch(HttpHeaders headers, InputStream stream, Framing framing) {
        this.headers = headers;
        this.stream = stream;
        Thread.ofVirtual().name("watch").start(() -> read(framing));
    }

    private void read(Framing framing) {
        try (DataInputStream in = new DataInputStream(stream)) {
            for (Optional<byte[]> event = framing.next(in); event.isPresent(); event = framing.next(in)) {
                events.add(event);
            }
        } catch (IOException e) {
            // The stream has been closed, by either side.
        }
        events.add(Optional.empty());
    }

    /** Each event a line of JSON. */
    static Optional<byte[]> line(DataInputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int each = in.read(); each >= 0; each = in.read()) {
            if (each == '\n') {
                return Optional.of(line.toByteArray());
            }
            line.write(each);
        }
        return Optional.empty();
    }

    /** Each event behind its length. */
    static Optional<byte[]> frame(DataInputStream in) throws IOException {
        return Optional.of(in.readNBytes(in.readInt()));
    }

    HttpHeaders headers() {
        return headers;
    }

    /** Bytes of the next event; fails if none comes. */
    byte[] nextBytes() throws InterruptedException {
        Optional<byte[]> event = events.poll(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(event).as("an event within %s s", Cluster.PATIENCE_SECONDS).isNotNull();
        return event.orElseThrow(() -> new AssertionError("the watch has ended"));
    }

    JsonNode next() throws InterruptedException {
        return Json.parse(nextBytes());
    }

    /** Expects an event and returns its object. */
    JsonNode expect(String type) throws InterruptedException {
        JsonNode event = next();
        assertThat(event.path("type").asText()).as("type of %s", event).isEqualTo(type);
        return event.path("object");
    }

    /** Expects an event about an object of that name. */
    JsonNode expect(String type, String name) throws InterruptedException {
        JsonNode object = expect(type);
        assertThat(object.path("metadata").path("name").asText()).isEqualTo(name);
        return object;
    }

    /** Whether the server ends the watch before it sends another event. */
    boolean ends() throws InterruptedException {
        Optional<byte[]> event = events.poll(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS);
        return event != null && event.isEmpty();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
