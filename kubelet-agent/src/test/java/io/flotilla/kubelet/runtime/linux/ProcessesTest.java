package io.flotilla.kubelet.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProcessesTest {

    /** One that neither the JVM nor a test cares about. */
    private static final int SIGIO = 29;

    private static final MemorySegment IGNORE = MemorySegment.ofAddress(1);

    @Test
    void a_signal_that_this_process_ignores_is_heeded_by_what_it_starts() throws IOException {
        Libc.signal(SIGIO, IGNORE);
        assertThat(ignoredByAChild()).isEqualTo(1L << (SIGIO - 1));

        Processes.keepIgnoredSignalsToOneself();

        assertThat(ignoredByAChild()).isZero();
    }

    @Test
    void processor_time_includes_that_of_children_that_ended() {
        var stat = Processes.Stat.parse(
                        "7 (a b) c) S 1 7 7 0 -1 4194304 10 20 1 2 100 30 5 3 20 0 1 0 999 1000 55 0 0 0 0")
                .orElseThrow();

        assertThat(stat.userTicks()).isEqualTo(105);
        assertThat(stat.systemTicks()).isEqualTo(33);
        assertThat(stat.startTicks()).isEqualTo(999);
        assertThat(stat.rssPages()).isEqualTo(55);
    }

    private static long ignoredByAChild() throws IOException {
        var child = new ProcessBuilder("grep", "SigIgn", "/proc/self/status").start();
        var line = new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        return Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).strip(), 16) & 1L << (SIGIO - 1);
    }
}
