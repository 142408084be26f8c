package io.flotilla.machinery.component;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether the log can be written. Where nobody reads the pipe that it goes to, whoever has something to log stands still;
 * so one thread, which has nothing else to do, tries again and again.
 */
public final class LogCheck implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final PrintStream log;
    private final LongSupplier nanoTime;
    private volatile long writtenNanos;
    private Optional<Thread> thread = Optional.empty();

    public LogCheck(PrintStream log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
        this.writtenNanos = nanoTime.getAsLong();
    }

    public synchronized void start() {
        thread = Optional.of(Thread.ofVirtual().name("log-check").start(this::run));
    }

    private void run() {
        try {
            while (true) {
                log.flush();
                writtenNanos = nanoTime.getAsLong();
                Thread.sleep(PERIOD);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is wrong, if anything. */
    public Optional<String> trouble() {
        return nanoTime.getAsLong() - writtenNanos > PATIENCE.toNanos()
                ? Optional.of("logging blocked")
                : Optional.empty();
    }

    @Override
    public synchronized void close() {
        thread.ifPresent(Thread::interrupt);
    }
}
