package io.flotilla.machinery.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** In JVMs of their own: a heap is all of a process. */
class HeapKeeperTest {
    private static final int MEGABYTE = 1 << 20;

    /** Keeps so many megabytes, makes garbage that grows old, and tells how large the heap was at most. */
    static final class Filler {
        private static final int GARBAGE = 1_500;
        private static final int BETWEEN_LOOKS = 50;

        private Filler() {}

        public static void main(String... arguments) throws InterruptedException {
            try (HeapKeeper keeper = HeapKeeper.start(Duration.ofMillis(20))) {
                System.out.print(fill(Integer.parseInt(arguments[0]), keeper));
            }
        }

        private static long fill(int megabytes, HeapKeeper keeper) throws InterruptedException {
            boolean looksAtIt = Long.getLong(HeapKeeper.PROPERTY, 0) > 0;
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
                    if (looksAtIt && i % BETWEEN_LOOKS == 0) {
                        keeper.awaitLook();
                    }
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
        assertThat(most(start(10, 64))).isLessThan(500);
        assertThat(most(start(150, 64))).isBetween(150L, 800L);
        assertThat(most(start(10, 0))).isGreaterThan(900);
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
