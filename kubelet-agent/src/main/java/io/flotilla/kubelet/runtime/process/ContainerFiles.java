package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.StateFile;
import io.flotilla.kubelet.runtime.linux.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A container's directory, shared with its shim.
 *
 * @param directory absolute
 */
record ContainerFiles(Path directory) {

    /** The request that made the container; written last, it makes the directory valid. */
    Path request() {
        return directory.resolve("request");
    }

    Path created() {
        return directory.resolve("created");
    }

    Path initScript() {
        return directory.resolve("init.sh");
    }

    /** Exists from just before the shim is started: such a container is never started again. */
    Path launched() {
        return directory.resolve("launched");
    }

    /** Why the container's program could not be started. */
    Path startError() {
        return directory.resolve("start-error");
    }

    Path rawOut() {
        return directory.resolve("raw.out");
    }

    Path rawErr() {
        return directory.resolve("raw.err");
    }

    Path stdin() {
        return directory.resolve("stdin");
    }

    /** FIFO by which the shim tells how the start goes. */
    Path start() {
        return directory.resolve("start");
    }

    /** FIFO by which the shim is told its terminal. */
    Path terminal() {
        return directory.resolve("terminal");
    }

    /** What the shim itself complains of. */
    Path shimLog() {
        return directory.resolve("shim.log");
    }

    Path logPosition() {
        return directory.resolve("log-position");
    }

    /** Exists once the kernel was found to have killed the container for its memory limit. */
    Path outOfMemory() {
        return directory.resolve("out-of-memory");
    }

    /** Exists if the shim did not live to see the end. */
    Path unseen() {
        return directory.resolve("unseen");
    }

    void writeExitCode(int code) {
        StateFile.write(directory.resolve("exit"), Integer.toString(code));
    }

    Path cgroup() {
        return directory.resolve("cgroup");
    }

    Optional<Processes.Stat> shim() {
        return stat("shim");
    }

    /** Returns the container's first process as the machine numbers it. */
    Optional<Processes.Stat> init() {
        return stat("init");
    }

    /** Returns the process that keeps standard input open. */
    Optional<Processes.Stat> stdinHolder() {
        return stat("holder");
    }

    private Optional<Processes.Stat> stat(String file) {
        return StateFile.read(directory.resolve(file)).flatMap(Processes.Stat::parse);
    }

    Instant startedAt() {
        return modified(directory.resolve("init")).orElse(Instant.EPOCH);
    }

    /** Returns the exit code, once the shim has written it. */
    OptionalInt exitCode() {
        Optional<String> code = StateFile.read(directory.resolve("exit")).filter(text -> !text.isEmpty());
        return code.map(text -> OptionalInt.of(Integer.parseInt(text))).orElse(OptionalInt.empty());
    }

    Optional<Instant> exitedAt() {
        return modified(directory.resolve("exit"));
    }

    static Optional<Instant> modified(Path file) {
        try {
            return Optional.of(Files.getLastModifiedTime(file).toInstant());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
