package io.flotilla.machinery.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LogCheckTest {
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void aLogThatNobodyReadsIsTold() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch read = new CountDownLatch(1);
        OutputStream pipe = new OutputStream() {
            @Override
            public void write(int octet) {}

            @Override
            public void flush() {
                asked.countDown();
                try {
                    read.await();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        try (PrintStream log = new PrintStream(pipe, false, StandardCharsets.UTF_8);
                LogCheck check = new LogCheck(log, nanos::get)) {
            check.start();
            asked.await();
            nanos.addAndGet(Duration.ofMinutes(2).toNanos());
            assertThat(check.trouble()).isEmpty();
            nanos.incrementAndGet();
            assertThat(check.trouble()).contains("logging blocked");

            read.countDown();
            Awaitility.await().until(() -> check.trouble().isEmpty());
        }
    }
}
