package io.flotilla.deploy.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs commands to their end. */
final class Shell {
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private final Map<String, String> environment;

    Shell(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    Result run(List<String> command, String input) {
        try {
            var output = Files.createTempFile("flotilla-output", ".txt");
            var errors = Files.createTempFile("flotilla-errors", ".txt");
            try {
                var process = start(command, output, errors);
                try (var stdin = process.outputWriter()) {
                    stdin.write(input);
                } catch (IOException e) {
                    // It may end without reading all; its exit code tells.
                }
                if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(String.join(" ", command) + " does not end; so far it wrote:\n"
                            + Files.readString(output) + Files.readString(errors));
                }
                return new Result(command, process.exitValue(), Files.readString(output), Files.readString(errors));
            } finally {
                Files.delete(output);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Starts a command that goes on beside the test. */
    Process start(List<String> command, Path output, Path errors) throws IOException {
        var builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }
}
