package io.flotilla.apiserver;

import io.flotilla.apiserver.schema.SharedFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** What fuzz tests start from: the fixtures that lie beside the project, if they do, and texts of a test's own. */
public final class FuzzSeeds {
    private FuzzSeeds() {}

    /** Every fixture of an encoding; none where there are no fixtures. */
    public static Stream<byte[]> fixtures(String extension) {
        try {
            return SharedFacts.fixtures(extension).stream().map(FuzzSeeds::read);
        } catch (TestAbortedException _) {
            return Stream.empty();
        }
    }

    public static Stream<byte[]> texts(String... texts) {
        return Stream.of(texts).map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
