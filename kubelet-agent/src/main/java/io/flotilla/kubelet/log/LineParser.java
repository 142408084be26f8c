package io.flotilla.kubelet.log;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.function.Predicate;

/** Turns lines of a CRI log ({@code time stream tag content}) into what people see. Parts of long lines are joined. */
final class LineParser {
    /** Takes what is to be shown. */
    interface Sink {
        /** Returns whether more is wanted. */
        boolean show(byte[] bytes, int from, int length) throws InterruptedException;
    }

    private final LogOptions options;
    private final Predicate<Instant> late;
    private boolean inLine;

    LineParser(LogOptions options) {
        this.options = options;
        this.late = options.since()
                .<Predicate<Instant>>map(since -> at -> !at.isBefore(since))
                .orElse(_ -> true);
    }

    /** Shows the line without its end; returns whether more is wanted. */
    boolean line(byte[] bytes, int from, int to, Sink sink) throws InterruptedException {
        int time = indexOf(bytes, from, to);
        int stream = time < 0 ? -1 : indexOf(bytes, time + 1, to);
        int tag = stream < 0 ? -1 : indexOf(bytes, stream + 1, to);
        if (tag < 0) {
            return true;
        }
        String name = new String(bytes, time + 1, stream - time - 1, StandardCharsets.US_ASCII);
        if (!options.stream().isEmpty() && !options.stream().equalsIgnoreCase(name)) {
            return true;
        }
        String stamp = new String(bytes, from, time - from, StandardCharsets.US_ASCII);
        if (options.since().isPresent() && !isLate(stamp)) {
            return true;
        }
        boolean partial = bytes[stream + 1] == 'P';
        boolean more = true;
        if (options.timestamps() && !inLine) {
            byte[] shown = (stamp + " ").getBytes(StandardCharsets.US_ASCII);
            more = sink.show(shown, 0, shown.length);
        }
        more = more && sink.show(bytes, tag + 1, to - tag - 1);
        inLine = partial;
        if (!partial) {
            more = more && sink.show(new byte[] {'\n'}, 0, 1);
        }
        return more;
    }

    private boolean isLate(String stamp) {
        try {
            return late.test(java.time.OffsetDateTime.parse(stamp).toInstant());
        } catch (DateTimeException _) {
            return true;
        }
    }

    private static int indexOf(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == ' ') {
                return i;
            }
        }
        return -1;
    }
}
