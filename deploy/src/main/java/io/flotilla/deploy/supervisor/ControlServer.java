package io.flotilla.deploy.supervisor;

import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.supervisor.Control.Command;
import io.flotilla.deploy.supervisor.Control.Line;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Serves the control socket; each command runs on a virtual thread of its own. */
final class ControlServer implements AutoCloseable {
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(10);

    private final Path socket;
    private final Supervisor supervisor;
    private final ServerSocketChannel server;
    private final ExecutorService conversations = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("control-", 0).factory());

    private ControlServer(Path socket, Supervisor supervisor, ServerSocketChannel server) {
        this.socket = socket;
        this.supervisor = supervisor;
        this.server = server;
    }

    /** Binds the socket, which only its owner may use, in place of one that a killed supervisor left behind. */
    static ControlServer bind(Path socket, Supervisor supervisor) throws IOException {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        if (!Files.isDirectory(socket.getParent())) {
            Files.createDirectory(socket.getParent(), owner);
        }
        Files.deleteIfExists(socket);
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        return new ControlServer(socket, supervisor, server);
    }

    /** Serves until closed, by a command or by a failure, and then until everyone has been answered. */
    void serve() throws IOException, InterruptedException {
        while (server.isOpen()) {
            SocketChannel channel;
            try {
                channel = server.accept();
            } catch (ClosedChannelException e) {
                break;
            }
            conversations.execute(() -> converse(channel));
        }
        conversations.shutdown();
        conversations.awaitTermination(LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void converse(SocketChannel channel) {
        try (channel) {
            var reader = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            var writer = Channels.newWriter(channel, StandardCharsets.UTF_8);
            var text = reader.readLine();
            if (text == null) {
                return;
            }
            var command = Control.JSON.readValue(text, Command.class);
            var failure = answer(command, writer);
            Control.write(writer, Line.end(failure));
            if (command.verb() == Control.Verb.DOWN && failure == null) {
                close();
            }
        } catch (IOException | UncheckedIOException e) {
            // Whoever commanded is gone; what was commanded is done or not, as the journal tells.
            return;
        }
    }

    private @Nullable String answer(Command command, Writer writer) throws IOException {
        var name = command.process();
        try {
            switch (command.verb()) {
                case PING -> {}
                case AWAIT -> {
                    return supervisor.progress().follow(step -> {
                        try {
                            Control.write(writer, Line.step(step));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
                }
                case START -> supervisor.start(name);
                case STOP -> supervisor.stop(name);
                case KILL -> supervisor.kill(name);
                case RESTART -> supervisor.restart(name);
                case PAUSE -> supervisor.pause(name);
                case RESUME -> supervisor.resume(name);
                case DOWN -> supervisor.shutDown();
            }
            return null;
        } catch (LabException e) {
            return e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "The supervisor was interrupted.";
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(socket);
    }
}
