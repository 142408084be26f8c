package io.flotilla.apiserver.schema;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where tests find the API facts and fixtures that lie beside the project; tests are skipped without them. */
public final class SharedFacts {
    private SharedFacts() {}

    public static Path facts(String name) {
        return existing(Path.of("../../shared/facts"), "flotilla.facts").resolve(name);
    }

    /** The folder of one object of every kind in every encoding; set by the property {@code flotilla.fixtures}. */
    public static Path fixtures() {
        return existing(Path.of("../../shared/fixtures/api-v1.36"), "flotilla.fixtures");
    }

    public static List<Path> fixtures(String extension) {
        try (Stream<Path> files = Files.list(fixtures())) {
            return files.filter(file -> file.toString().endsWith("." + extension))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The kind that a fixture's name tells: not every object says its own. */
    public static String kind(Path fixture) {
        String[] parts =
                fixture.getFileName().toString().replace(".after_roundtrip", "").split("\\.");
        return parts[parts.length - 2];
    }

    private static Path existing(Path usual, String property) {
        String given = System.getProperty(property);
        Path path = given != null
                ? Path.of(given)
                : Files.exists(usual) ? usual : Path.of("..").resolve(usual);
        assumeTrue(Files.isDirectory(path), () -> path + " is not there: set -D" + property);
        return path;
    }
}
