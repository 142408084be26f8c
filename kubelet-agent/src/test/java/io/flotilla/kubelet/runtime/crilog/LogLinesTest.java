package io.flotilla.kubelet.runtime.crilog;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.kubelet.runtime.crilog.LogLines.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LogLinesTest {

    private static final Instant TIME = Instant.parse("2026-11-21T01:02:03.123456789Z");
    private static final String HEAD = "2026-11-21T01:02:03.123456789Z stdout ";

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    private int append(String output, boolean end) {
        byte[] bytes = output.getBytes(StandardCharsets.UTF_8);
        return LogLines.append(log, TIME, Stream.STDOUT, bytes, bytes.length, end);
    }

    private String written() {
        return log.toString(StandardCharsets.UTF_8);
    }

    @Test
    void wholeLinesAreMarkedFullAndEmptyOnesKept() {
        assertThat(append("one\n\ntwo\n", false)).isEqualTo(9);
        assertThat(written()).isEqualTo(HEAD + "F one\n" + HEAD + "F \n" + HEAD + "F two\n");
    }

    @Test
    void aLineWithoutItsEndWaitsForIt() {
        assertThat(append("one\ntw", false)).isEqualTo(4);
        assertThat(written()).isEqualTo(HEAD + "F one\n");
    }

    @Test
    void whatTheStreamEndsWithIsAPart() {
        assertThat(append("bye", true)).isEqualTo(3);
        assertThat(written()).isEqualTo(HEAD + "P bye\n");
    }

    @Test
    void longLinesAreCutIntoParts() {
        String part = "x".repeat(LogLines.LONGEST);
        assertThat(append(part + part + "y\n", false)).isEqualTo(2 * LogLines.LONGEST + 2);
        assertThat(written()).isEqualTo(HEAD + "P " + part + "\n" + HEAD + "P " + part + "\n" + HEAD + "F y\n");
    }

    @Test
    void aLineOfExactlyThatLengthIsNotCut() {
        String part = "x".repeat(LogLines.LONGEST);
        append(part + "\n", false);
        assertThat(written()).isEqualTo(HEAD + "F " + part + "\n");
    }
}
