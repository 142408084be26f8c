package io.flotilla.deploy.supervisor;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.deploy.plan.LabException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How the supervisor is commanded: over a Unix socket, one command a connection, as a line of JSON; the answer is any number of
 * steps and then the end, a line each.
 */
public final class Control {
    static final ObjectMapper JSON = new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    private final Path socket;

    public Control(Path socket) {
        this.socket = socket;
    }

    /** What the supervisor can be told to do. */
    public enum Verb {
        PING,
        /** Wait until the lab is up, hearing of each step. */
        AWAIT,
        START,
        STOP,
        KILL,
        RESTART,
        PAUSE,
        RESUME,
        /** End every process of the lab, and the supervisor. */
        DOWN
    }

    record Command(Verb verb, String process) {}

    record Line(@Nullable String step, @Nullable String failure, boolean end) {
        static Line step(String text) {
            return new Line(text, null, false);
        }

        static Line end(@Nullable String failure) {
            return new Line(null, failure, true);
        }
    }

    /** Whether a supervisor answers. */
    public boolean isAnswered() {
        try {
            command(Verb.PING, "", step -> {});
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Commands, and returns when it is done.
     *
     * @throws IOException where no supervisor answers
     * @throws LabException where it answers that it cannot be done
     */
    public void command(Verb verb, String process, Consumer<String> steps) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            var writer = Channels.newWriter(channel, StandardCharsets.UTF_8);
            write(writer, new Command(verb, process));
            var reader = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            for (var text = reader.readLine(); text != null; text = reader.readLine()) {
                var line = JSON.readValue(text, Line.class);
                if (line.step() != null) {
                    steps.accept(line.step());
                }
                if (line.failure() != null) {
                    throw new LabException(line.failure());
                }
                if (line.end()) {
                    return;
                }
            }
            throw new IOException("the supervisor ended before it had answered");
        }
    }

    static void write(Writer writer, Object line) throws IOException {
        writer.write(JSON.writeValueAsString(line) + "\n");
        writer.flush();
    }
}
