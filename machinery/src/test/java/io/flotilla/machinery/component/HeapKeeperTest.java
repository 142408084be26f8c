package io.flotilla.machinery.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** In JVMs of their own: a heap is all of a process. */
class HeapKeeperTest {
    private static final int MEGABYTE = 1 << 20;

    /** Keeps so many megabytes, makes garbage that grows old, and tells how large the heap was at most. */
    static final class Filler {
        private static final int GARBAGE = 1_500;
        private static final long PAUSE_NANOS = 5_000_000;

        private Filler() {}

        public static void main(String... arguments) {
            try (HeapKeeper _ = HeapKeeper.start()) {
                System.out.print(fill(Integer.parseInt(arguments[0])));
            }
        }

        private static long fill(int megabytes) {
            byte[][] kept = new byte[megabytes][];
            byte[][] passing = new byte[20][];
            long most = 0;
            try {
                for (int i = 0; i < GARBAGE; i++) {
                    if (i < kept.length) {
                        kept[i] = new byte[MEGABYTE];
                    }
                    passing[i % passing.length] = new byte[MEGABYTE];
                    most = Math.max(most, Runtime.getRuntime().totalMemory() / MEGABYTE);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } finally {
                Reference.reachabilityFence(kept);
                Reference.reachabilityFence(passing);
            }
            return most;
        }
    }

    @Test
    void theHeapFollowsWhatIsInUse() throws Exception {
        Process small = start(10, 64);
        Process large = start(150, 64);
        Process unlimited = start(10, 0);

        assertThat(most(small)).isLessThan(500);
        assertThat(most(large)).isBetween(150L, 800L);
        assertThat(most(unlimited)).isGreaterThan(900);
    }

    private static Process start(int kept, int soft) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xms8m",
                        "-Xmx1000m",
                        "-D" + HeapKeeper.PROPERTY + "=" + soft,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Filler.class.getName(),
                        Integer.toString(kept))
                .redirectErrorStream(true)
                .start();
    }

    private static long most(Process process) throws Exception {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return Long.parseLong(said);
    }
}
