package io.flotilla.kubelet.runtime.process;

import com.google.protobuf.ByteString;
import io.flotilla.kubelet.runtime.embedded.SessionIo;
import io.flotilla.kubelet.runtime.linux.ErrnoException;
import io.flotilla.kubelet.runtime.linux.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** A command inside a container with somebody at its streams. It dies with the agent, as the client's connection does. */
final class ExecSession {

    private static final int CHUNK = 32 << 10;

    /** Opens the terminal in a process of its own: the agent must not, lest it come to be the agent's. */
    private static final String ON_TERMINAL = "terminal=$1; shift; exec <>\"$terminal\" >&0 2>&1; exec \"$@\"";

    private ExecSession() {}

    /** Runs the command on pipes. */
    static int onPipes(List<String> line, SessionIo io) throws InterruptedException {
        Process process = ExecProcess.start(line);
        io.onCut(() -> ExecProcess.kill(process));
        Thread input = Thread.ofVirtual().name("runtime-exec-stdin").start(() -> feed(process, io));
        Thread errors = Thread.ofVirtual().name("runtime-exec-stderr").start(() -> copyErrors(process, io));
        try {
            copy(process.getInputStream(), io::stdout);
            errors.join();
            return process.waitFor();
        } finally {
            ExecProcess.kill(process);
            input.interrupt();
        }
    }

    /** Sends output on. */
    private interface Sink {
        void send(ByteString data) throws InterruptedException;
    }

    private static void copy(InputStream from, Sink to) throws InterruptedException {
        byte[] buffer = new byte[CHUNK];
        try {
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                to.send(ByteString.copyFrom(buffer, 0, n));
            }
        } catch (IOException e) {
            // Killed: the end of the stream.
        }
    }

    private static void copyErrors(Process process, SessionIo io) {
        try {
            copy(process.getErrorStream(), io::stderr);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void feed(Process process, SessionIo io) {
        try (OutputStream stdin = process.getOutputStream()) {
            if (!io.wantsStdin()) {
                return;
            }
            while (true) {
                switch (io.next()) {
                    case SessionIo.Input.Stdin(ByteString data) -> {
                        data.writeTo(stdin);
                        stdin.flush();
                    }
                    case SessionIo.Input.Resize(int _, int _) -> {}
                    case SessionIo.Input.StdinClosed() -> {
                        return;
                    }
                    case SessionIo.Input.Cut() -> {
                        return;
                    }
                }
            }
        } catch (IOException e) {
            // The command reads no more; it goes on, and so does its output.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs the command on a new terminal. */
    static int onTerminal(List<String> line, Toolbox tools, SessionIo io) throws InterruptedException {
        try (Terminal terminal = Terminal.open()) {
            List<String> command = new ArrayList<>(tools.tool("sh"));
            command.addAll(List.of("-c", ON_TERMINAL, "sh", "/dev/pts/" + terminal.number()));
            command.addAll(line);
            Process process = ExecProcess.start(command);
            io.onCut(() -> ExecProcess.kill(process));
            Thread input =
                    Thread.ofVirtual().name("runtime-exec-terminal").start(() -> TerminalInput.feed(terminal, io));
            // A platform thread: reading a terminal blocks in the kernel, out of the scheduler's sight.
            Thread output = Thread.ofPlatform()
                    .name("runtime-exec-terminal-output")
                    .daemon()
                    .start(() -> show(terminal, io));
            try {
                int code = process.waitFor();
                output.join();
                return code;
            } finally {
                ExecProcess.kill(process);
                input.interrupt();
                output.join();
            }
        }
    }

    private static void show(Terminal terminal, SessionIo io) {
        try {
            for (byte[] data = terminal.stream().read(CHUNK);
                    data.length > 0;
                    data = terminal.stream().read(CHUNK)) {
                io.stdout(ByteString.copyFrom(data));
            }
        } catch (ErrnoException e) {
            // Closed: the end of the session.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
