package io.flotilla.kubelet.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicDirectoryTest {
    @TempDir
    private Path temporary;

    private Path root = Path.of("");
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeEach
    void place() {
        root = temporary.resolve("volume");
    }

    private void write(Map<String, String> files) throws Exception {
        Payload payload = new Payload();
        for (Map.Entry<String, String> file : files.entrySet()) {
            payload.put(file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8), 0640);
        }
        now = now.plusSeconds(1);
        new AtomicDirectory(root).write(payload, now);
    }

    @Test
    void filesAreLinksThroughOneLink() throws Exception {
        write(Map.of("a", "1", "dir/b", "2"));

        assertThat(Files.readSymbolicLink(root.resolve("a"))).isEqualTo(Path.of("..data/a"));
        assertThat(Files.readSymbolicLink(root.resolve("dir"))).isEqualTo(Path.of("..data/dir"));
        assertThat(root.resolve("dir/b")).hasContent("2");
        assertThat(Files.getPosixFilePermissions(root.resolve("a").toRealPath()))
                .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    }

    @Test
    void anUpdateSwapsEverythingAndRemovesWhatIsGone() throws Exception {
        write(Map.of("a", "1", "b", "2"));
        Path before = root.resolve("..data").toRealPath();

        write(Map.of("a", "new"));

        assertThat(root.resolve("a")).hasContent("new");
        assertThat(Files.exists(root.resolve("b"))).isFalse();
        assertThat(before).doesNotExist();
        assertThat(names()).containsExactlyInAnyOrder("..data", "..2026_01_01_00_00_02.000000000", "a");
    }

    @Test
    void writingTheSameChangesNothing() throws Exception {
        write(Map.of("a", "1"));
        Path before = root.resolve("..data").toRealPath();

        write(Map.of("a", "1"));

        assertThat(root.resolve("..data").toRealPath()).isEqualTo(before);
    }

    @Test
    void pathsMustStayInside() {
        assertThatThrownBy(() -> new Payload().put("../x", new byte[0], 0644)).hasMessageContaining("..");
    }

    private Stream<String> names() throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        }
    }
}
