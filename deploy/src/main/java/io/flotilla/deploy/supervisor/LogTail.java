package io.flotilla.deploy.supervisor;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** Finds in the end of a log what its process died of. */
final class LogTail {
    private static final int TAIL_BYTES = 32 * 1024;
    private static final int LONGEST = 300;
    private static final ObjectMapper JSON = new ObjectMapper();

    private LogTail() {}

    /** The last complaint written at or after that offset, or nothing. */
    static Optional<String> lastComplaint(Path log, long from) {
        String[] lines;
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            var start = Math.max(from, file.length() - TAIL_BYTES);
            var bytes = new byte[Math.toIntExact(Math.max(0, file.length() - start))];
            file.seek(start);
            file.readFully(bytes);
            lines = new String(bytes, StandardCharsets.UTF_8).split("\n");
        } catch (IOException e) {
            return Optional.empty();
        }
        var last = Optional.<String>empty();
        var lastWorth = 0;
        for (var line : lines) {
            var worth = worth(line);
            if (worth > 0 && worth >= lastWorth) {
                last = Optional.of(text(line));
                lastWorth = worth;
            }
        }
        return last.map(text -> text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text);
    }

    /** 0 for a line that explains nothing, such as one of a stack trace. */
    private static int worth(String line) {
        if (line.isBlank() || Character.isWhitespace(line.charAt(0)) || line.startsWith("goroutine ")) {
            return 0;
        }
        if (line.startsWith("{\"level\":\"")) {
            return line.startsWith("fatal", 10) || line.startsWith("panic", 10)
                    ? 4
                    : line.startsWith("error", 10) ? 3 : 1;
        }
        return line.contains("ERROR") || line.contains("rror:") || line.startsWith("panic:") ? 3 : 2;
    }

    /** The message of a line, which may be a JSON object as etcd writes them. */
    private static String text(String line) {
        if (line.startsWith("{")) {
            try {
                var tree = JSON.readTree(line);
                var message = tree.path("msg").asText(tree.path("message").asText(""));
                var error = tree.path("error").asText("");
                return error.isEmpty() ? message : message + ": " + error;
            } catch (IOException e) {
                return line.strip();
            }
        }
        return line.strip();
    }
}
