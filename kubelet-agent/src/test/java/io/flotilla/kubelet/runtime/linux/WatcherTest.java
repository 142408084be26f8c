package io.flotilla.kubelet.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatcherTest {

    @TempDir
    Path directory;

    @Test
    void theEndOfAProcessThatIsNoChildIsNoticed() throws Exception {
        try (Watcher watcher = Watcher.start()) {
            Process shell = new ProcessBuilder("sh", "-c", "sleep 1000 & echo $!").start();
            int pid = Integer.parseInt(shell.inputReader().readLine());
            var ended = new CountDownLatch(1);
            watcher.onEnd(pid, ended::countDown);
            assertThat(ended.getCount()).isOne();

            Processes.signal(pid, Processes.SIGKILL);

            assertThat(ended.await(2, TimeUnit.MINUTES)).isTrue();
        }
    }

    @Test
    void aProcessThatHasGoneCallsBackAtOnce() throws Exception {
        try (Watcher watcher = Watcher.start()) {
            Process gone = new ProcessBuilder("true").start();
            gone.waitFor();
            var ended = new CountDownLatch(1);
            watcher.onEnd((int) gone.pid(), ended::countDown);
            assertThat(ended.await(2, TimeUnit.MINUTES)).isTrue();
        }
    }

    @Test
    void growthOfAFileIsToldUntilItIsForgotten() throws IOException {
        try (Watcher watcher = Watcher.start()) {
            Path file = Files.createFile(directory.resolve("raw"));
            Path other = Files.createFile(directory.resolve("other"));
            var seen = new AtomicInteger();
            var seenOther = new AtomicInteger();
            int watch = watcher.onGrowth(file, seen::incrementAndGet);
            watcher.onGrowth(other, seenOther::incrementAndGet);

            Files.writeString(file, "x", StandardOpenOption.APPEND);
            await().until(() -> seen.get() > 0);

            watcher.forget(watch);
            int before = seen.get();
            Files.writeString(file, "y", StandardOpenOption.APPEND);
            Files.writeString(other, "z", StandardOpenOption.APPEND);
            await().until(() -> seenOther.get() > 0);
            assertThat(seen).hasValue(before);
        }
    }

    @Test
    void aStatLineIsReadWhateverTheProgramIsCalled() {
        String rest = " S 1 2 3 0 -1 0 10 0 11 0 12 13 0 0 20 0 1 0 555 1000 77 0";
        var stat = Processes.Stat.parse("42 (a) b (c)" + rest).orElseThrow();
        assertThat(stat.identity()).isEqualTo(new Processes.Identity(42, 555));
        assertThat(stat.session()).isEqualTo(3);
        assertThat(stat.rssPages()).isEqualTo(77);
        assertThat(Processes.Stat.parse("nonsense")).isEmpty();
    }
}
