package io.flotilla.deploy.cli;

import io.flotilla.deploy.plan.LabException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the etcd program, and makes sure that it is one before anything is started. */
final class EtcdBinary {
    private static final int PATIENCE_SECONDS = 60;

    private EtcdBinary() {}

    static Path find(String name) throws IOException, InterruptedException {
        var path = name.contains("/") ? Path.of(name).toAbsolutePath() : inPath(name);
        if (!Files.isExecutable(path) || Files.isDirectory(path)) {
            throw new LabException("There is no etcd program at " + path + ".");
        }
        var output = Files.createTempFile("flotilla-etcd", ".txt");
        try {
            var process = new ProcessBuilder(path.toString(), "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw broken(path, "it does not end when asked for its version", null);
            }
            var text = Files.readString(output, StandardCharsets.ISO_8859_1).strip();
            if (process.exitValue() != 0 || !text.startsWith("etcd Version:")) {
                throw broken(path, "asked for its version it says '" + firstLine(text) + "'", null);
            }
            return path;
        } catch (IOException e) {
            throw broken(path, e.getMessage(), e);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static LabException broken(Path path, @Nullable String why, @Nullable Throwable cause) {
        return new LabException("The etcd program " + path + " does not work: " + why + ".", cause);
    }

    private static String firstLine(String text) {
        var line = text.lines().findFirst().orElse("");
        return line.length() > 120 ? line.substring(0, 120) : line;
    }

    private static Path inPath(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory).resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new LabException("There is no program '" + name
                        + "' in PATH: install it (on Debian and Ubuntu: apt-get install etcd-server)."));
    }
}
