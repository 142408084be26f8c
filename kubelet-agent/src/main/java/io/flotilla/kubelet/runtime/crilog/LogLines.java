package io.flotilla.kubelet.runtime.crilog;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Turns a container's output into lines of a CRI log. */
public final class LogLines {

    /** Longer lines are cut into parts of this many bytes. */
    public static final int LONGEST = 16 << 10;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);

    private LogLines() {}

    /** A container's stream. */
    public enum Stream {
        STDOUT("stdout"),
        STDERR("stderr");

        private final String name;

        Stream(String name) {
            this.name = name;
        }
    }

    /**
     * Writes the lines of a piece of output and returns how many of its bytes were used: what follows the last line's
     * end is left for the next call, unless it is as long as a part, or this is the end of the stream.
     */
    public static int append(
            ByteArrayOutputStream log, Instant time, Stream stream, byte[] output, int length, boolean end) {
        byte[] head = (TIME.format(time) + " " + stream.name + " ").getBytes(StandardCharsets.US_ASCII);
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (output[i] == '\n') {
                line(log, head, 'F', output, start, i);
                start = i + 1;
            } else if (i - start + 1 == LONGEST && (i + 1 == length || output[i + 1] != '\n')) {
                line(log, head, 'P', output, start, i + 1);
                start = i + 1;
            }
        }
        if (end && start < length) {
            line(log, head, 'P', output, start, length);
            start = length;
        }
        return start;
    }

    private static void line(ByteArrayOutputStream log, byte[] head, char tag, byte[] output, int from, int to) {
        log.write(head, 0, head.length);
        log.write(tag);
        log.write(' ');
        log.write(output, from, to - from);
        log.write('\n');
    }
}
