package io.flotilla.kubelet.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
final class LogReaderTest {
    @TempDir
    private Path directory;

    private Path log = Path.of("");
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @BeforeEach
    void place() {
        log = directory.resolve("0.log");
    }

    private static String line(int second, String text) {
        return String.format("2026-01-01T00:00:%02d.000000001Z stdout F %s%n", second, text);
    }

    private static String part(char tag, String text) {
        return "2026-01-01T00:00:01Z stdout " + tag + " " + text + "\n";
    }

    private static LogOptions options(boolean follow, boolean timestamps, String since, long tail, long limit) {
        return new LogOptions(
                follow,
                timestamps,
                since.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(since)),
                tail < 0 ? OptionalLong.empty() : OptionalLong.of(tail),
                limit < 0 ? OptionalLong.empty() : OptionalLong.of(limit),
                "");
    }

    private String read(LogOptions options) throws IOException, InterruptedException {
        reader(options).read(() -> false, LogReader.LogChanges.NONE);
        return text();
    }

    private LogReader reader(LogOptions options) {
        return new LogReader(log, options, (bytes, from, length) -> {
            synchronized (shown) {
                shown.write(bytes, from, length);
            }
            return true;
        });
    }

    private String text() {
        synchronized (shown) {
            return shown.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void partsOfALongLineAreJoined() throws Exception {
        Files.writeString(log, part('P', "one ") + part('P', "two ") + part('F', "three") + part('F', ""));

        assertThat(read(options(false, false, "", -1, -1))).isEqualTo("one two three\n\n");
    }

    @Test
    void timestampsGoBeforeWholeLines() throws Exception {
        Files.writeString(log, "2026-01-01T00:00:01Z stdout P a\n2026-01-01T00:00:02Z stdout F b\n");

        assertThat(read(options(false, true, "", -1, -1))).isEqualTo("2026-01-01T00:00:01Z ab\n");
    }

    @Test
    void linesBeforeTheTimeAskedForAreLeftOut() throws Exception {
        Files.writeString(log, line(1, "a") + line(2, "b") + line(3, "c"));

        assertThat(read(options(false, false, "2026-01-01T00:00:02Z", -1, -1))).isEqualTo("b\nc\n");
    }

    @Test
    void theTailBeginsWhereItIsAskedTo() throws Exception {
        Files.writeString(log, line(1, "a") + line(2, "b") + line(3, "c"));

        assertThat(read(options(false, false, "", 2, -1))).isEqualTo("b\nc\n");
        shown.reset();
        assertThat(read(options(false, false, "", 0, -1))).isEmpty();
        shown.reset();
        assertThat(read(options(false, false, "", 9, -1))).isEqualTo("a\nb\nc\n");
    }

    @Test
    void noMoreBytesAreShownThanAskedFor() throws Exception {
        Files.writeString(log, line(1, "abc") + line(2, "def"));

        assertThat(read(options(false, false, "", -1, 5))).isEqualTo("abc\nd");
    }

    @Test
    void rotatedFilesComeFirst() throws Exception {
        try (GZIPOutputStream packed =
                new GZIPOutputStream(Files.newOutputStream(directory.resolve("0.log.20260101-000001.gz")))) {
            packed.write((line(1, "a") + line(2, "b")).getBytes(StandardCharsets.UTF_8));
        }
        Files.writeString(directory.resolve("0.log.20260101-000002"), line(3, "c"));
        Files.writeString(log, line(4, "d"));

        assertThat(read(options(false, false, "", -1, -1))).isEqualTo("a\nb\nc\nd\n");
        shown.reset();
        assertThat(read(options(false, false, "", 3, -1))).isEqualTo("b\nc\nd\n");
    }

    @Test
    void aFollowerSeesWhatIsWrittenLaterAndEndsWithTheContainer() throws Exception {
        Files.writeString(log, line(1, "a"));
        AtomicBoolean running = new AtomicBoolean(true);
        LogFollowing following = new LogFollowing();
        try (LogFollowing.Follower follower = following.follow("uid", directory)) {
            Thread reading = Thread.ofVirtual().start(() -> {
                try {
                    reader(options(true, false, "", -1, -1)).read(running::get, follower);
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> text().equals("a\n"));

            Files.writeString(log, line(2, "b"), StandardOpenOption.APPEND);
            await().until(() -> text().equals("a\nb\n"));

            Files.move(log, directory.resolve("0.log.20260101-000001"));
            Files.writeString(log, line(3, "c"));
            await().until(() -> text().equals("a\nb\nc\n"));

            running.set(false);
            following.podChanged("uid");
            reading.join();
        }
    }
}
