package io.flotilla.kubelet.runtime.process;

import com.google.protobuf.ByteString;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.proto.cri.ExecSyncResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Runs a command to its end and keeps what it wrote, as probes and hooks do. */
final class ExecSync {

    /** What CRI lets a command write to one stream; the rest is read and dropped. */
    private static final int MOST = 16 << 20;

    private static final int CHUNK = 16 << 10;

    /** How long an answer waits for the end of the output: what the command wrote may not be read yet when it has ended. */
    private static final Duration OUTPUT_PATIENCE = Duration.ofSeconds(10);

    private ExecSync() {}

    static ExecSyncResponse run(List<String> line, List<String> command, Duration timeout) {
        Process process = ExecProcess.start(line);
        try {
            process.getOutputStream().close();
            var out = read(process.getInputStream());
            var err = read(process.getErrorStream());
            if (timeout.isZero()) {
                process.waitFor();
            } else if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RuntimeFault(
                        Kind.TIMED_OUT,
                        "failed to exec in container: timeout " + timeout.toSeconds() + "s exceeded: command " + command
                                + " timed out");
            }
            // Something that the command left in the background may hold the streams; the answer does not wait for
            // ever.
            return ExecSyncResponse.newBuilder()
                    .setStdout(await(out))
                    .setStderr(await(err))
                    .setExitCode(process.exitValue())
                    .build();
        } catch (IOException e) {
            throw new RuntimeFault(Kind.BROKEN, "failed to exec in container: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFault(Kind.REFUSED, "the runtime is closing", e);
        } finally {
            if (process.isAlive()) {
                ExecProcess.kill(process);
            }
        }
    }

    private static ByteString await(Reader reader) throws InterruptedException {
        try {
            reader.end.get(OUTPUT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            // What came so far is the answer.
        }
        return reader.soFar();
    }

    private static Reader read(InputStream stream) {
        var reader = new Reader();
        Thread.ofVirtual().name("runtime-exec-output").start(() -> reader.drain(stream));
        return reader;
    }

    /** One stream's beginning. */
    private static final class Reader {

        private final CompletableFuture<Boolean> end = new CompletableFuture<>();
        // Guarded by this.
        private final ByteString.Output bytes = ByteString.newOutput();

        void drain(InputStream stream) {
            byte[] buffer = new byte[CHUNK];
            try (stream) {
                for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                    synchronized (this) {
                        bytes.write(buffer, 0, Math.min(n, MOST - bytes.size()));
                    }
                }
            } catch (IOException e) {
                // Killed: the end of the stream.
            }
            end.complete(true);
        }

        synchronized ByteString soFar() {
            return bytes.toByteString();
        }
    }
}
