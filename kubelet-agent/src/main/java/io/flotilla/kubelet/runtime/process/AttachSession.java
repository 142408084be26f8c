package io.flotilla.kubelet.runtime.process;

import com.google.protobuf.ByteString;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.kubelet.runtime.embedded.SessionIo;
import io.flotilla.kubelet.runtime.linux.Descriptor;
import io.flotilla.kubelet.runtime.linux.ErrnoException;
import io.flotilla.kubelet.runtime.linux.Processes;
import io.flotilla.kubelet.runtime.linux.Terminal;
import io.flotilla.kubelet.runtime.process.ProcessContainer.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Somebody at the streams of a container itself: output from now on, read behind the relays; input into its pipe or terminal. */
final class AttachSession implements RawOutput.Follower {

    private static final int CHUNK = 32 << 10;

    private final ProcessContainer container;
    private final SessionIo io;
    // Guarded by this.
    private boolean woken = true;
    private boolean cut;

    private AttachSession(ProcessContainer container, SessionIo io) {
        this.container = container;
        this.io = io;
    }

    static int run(ProcessContainer container, RawOutput output, SessionIo io) throws InterruptedException {
        if (!(container.state() instanceof State.Running running)) {
            throw new RuntimeFault(
                    Kind.REFUSED, "container is in " + container.status().getState() + " state");
        }
        var session = new AttachSession(container, io);
        output.add(container.id(), session);
        io.onCut(session::cut);
        try {
            return session.follow(running);
        } finally {
            output.remove(container.id(), session);
        }
    }

    private int follow(State.Running running) throws InterruptedException {
        try (FileChannel out = FileChannel.open(container.files().rawOut(), StandardOpenOption.READ);
                FileChannel err = FileChannel.open(container.files().rawErr(), StandardOpenOption.READ)) {
            out.position(out.size());
            err.position(err.size());
            // Only now: the answer to the first input belongs to this session.
            Thread input = Thread.ofVirtual().name("runtime-attach-stdin").start(() -> feed(running));
            try {
                return follow(out, err);
            } finally {
                input.interrupt();
            }
        } catch (IOException e) {
            throw new RuntimeFault(Kind.BROKEN, "cannot follow the container's output: " + e.getMessage(), e);
        }
    }

    private int follow(FileChannel out, FileChannel err) throws IOException, InterruptedException {
        while (true) {
            // Asked before reading: what was written until the end is then read below.
            State state = container.state();
            send(out, true);
            send(err, false);
            if (state instanceof State.Exited exited) {
                return exited.code();
            }
            if (awaitWake()) {
                return 0;
            }
        }
    }

    private void send(FileChannel from, boolean stdout) throws IOException, InterruptedException {
        var buffer = ByteBuffer.allocate(CHUNK);
        while (from.read(buffer) > 0) {
            ByteString data = ByteString.copyFrom(buffer.flip());
            if (stdout) {
                io.stdout(data);
            } else {
                io.stderr(data);
            }
            buffer.clear();
        }
    }

    private void feed(State.Running running) {
        if (container.spec().tty()) {
            try (Terminal terminal = Terminal.of(running.shim(), Launcher.TERMINAL_DESCRIPTOR)) {
                TerminalInput.feed(terminal, io);
            } catch (ErrnoException e) {
                // Ended meanwhile.
            }
            return;
        }
        if (!io.wantsStdin() || !container.spec().stdin()) {
            return;
        }
        Path fifo = container.files().stdin();
        try (Descriptor stdin = Descriptor.openFifoForWriting(fifo)) {
            while (true) {
                switch (io.next()) {
                    case SessionIo.Input.Stdin(ByteString data) -> stdin.write(data.toByteArray());
                    case SessionIo.Input.Resize(int _, int _) -> {}
                    case SessionIo.Input.StdinClosed(), SessionIo.Input.Cut() -> {
                        // Without stdinOnce the stream stays open for whoever attaches next.
                        if (container.config().getStdinOnce()) {
                            closeStdin();
                        }
                        return;
                    }
                }
            }
        } catch (ErrnoException e) {
            // The container reads no more.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** With nobody left who could write, the container reads the end. */
    private void closeStdin() {
        container
                .files()
                .stdinHolder()
                .filter(holder -> Processes.runs(holder.identity()))
                .ifPresent(holder -> Processes.signal(holder.pid(), Processes.SIGKILL));
    }

    @Override
    public synchronized void wake() {
        woken = true;
        notifyAll();
    }

    private synchronized void cut() {
        cut = true;
        notifyAll();
    }

    /** Waits for more output or the end; returns whether the client is gone. */
    private synchronized boolean awaitWake() throws InterruptedException {
        while (!woken && !cut) {
            wait();
        }
        woken = false;
        return cut;
    }
}
