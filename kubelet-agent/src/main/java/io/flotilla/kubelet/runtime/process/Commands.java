package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs the runtime's own tools. */
final class Commands {

    private Commands() {}

    /** How a tool ended, and what it wrote. */
    record Result(int code, String output) {}

    /** Runs a tool to its end. */
    static Result run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            return new Result(127, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFault(RuntimeFault.Kind.REFUSED, "the runtime is closing", e);
        }
    }
}
