package io.flotilla.deploy.process;

import io.flotilla.deploy.plan.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The built programs: {@code lib} with every jar, one {@code flotilla-MODULE.classpath} a program, and {@code aot} with one
 * cache of loaded classes a program, where a training run has made it.
 */
public record Distribution(Path home) {
    private static final String PROPERTY = "flotilla.distribution";

    public Distribution {
        home = home.toAbsolutePath().normalize();
    }

    /** That from which this program runs. */
    public static Distribution current() {
        var home = System.getProperty(PROPERTY);
        if (home == null) {
            throw new LabException("Start the lab by its launcher, ./flotilla.");
        }
        return new Distribution(Path.of(home));
    }

    /** The option by which a program of ours is told of it. */
    String property() {
        return "-D" + PROPERTY + "=" + home;
    }

    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** Where every jar lies. */
    public Path libraries() {
        return home.resolve("lib");
    }

    public Path cache(JavaProgram program) {
        return home.resolve("aot").resolve(program.word() + ".aot");
    }

    String classPath(String module) {
        try {
            var others = Files.readString(home.resolve("flotilla-" + module + ".classpath"))
                    .strip();
            return Stream.concat(Stream.of("lib/" + jar(module)), Stream.of(others.split(":")))
                    .map(entry -> home.resolve(entry).toString())
                    .collect(Collectors.joining(":"));
        } catch (IOException e) {
            throw new LabException("The program " + module + " is not built: run ./flotilla build.", e);
        }
    }

    boolean hasClass(String module, String name) {
        try (var jar = new JarFile(libraries().resolve(jar(module)).toFile())) {
            return jar.getEntry(name.replace('.', '/') + ".class") != null;
        } catch (IOException e) {
            return false;
        }
    }

    private String jar(String module) throws IOException {
        try (var jars = Files.list(libraries())) {
            return jars.map(jar -> jar.getFileName().toString())
                    .filter(name -> name.matches("flotilla-" + module + "-\\d.*\\.jar"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow(() -> new IOException("no jar of " + module));
        }
    }
}
