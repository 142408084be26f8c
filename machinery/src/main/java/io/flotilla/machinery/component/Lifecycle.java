package io.flotilla.machinery.component;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a process in the order in which they start; they stop in the reverse order. A part that fails to start
 * stops those before it. Stopping goes on over failures, which are collected.
 */
public final class Lifecycle implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    /** Starts a part; may throw to stop the process with the message. */
    @FunctionalInterface
    public interface Start {
        void run() throws Exception;
    }

    private record Part(String name, Start start, AutoCloseable stop) {}

    private final List<Part> parts = new ArrayList<>(); // guarded by this
    private final List<Part> started = new ArrayList<>(); // guarded by this
    private boolean closed; // guarded by this

    /** Adds the next part. */
    public synchronized Lifecycle add(String name, Start start, AutoCloseable stop) {
        parts.add(new Part(name, start, stop));
        return this;
    }

    /** Adds a part that needs no start. */
    public Lifecycle addClosing(String name, AutoCloseable stop) {
        return add(name, () -> {}, stop);
    }

    /** Starts the parts in turn. Another thread may close meanwhile: a part that waits must not keep the process alive. */
    public void start() throws Exception {
        List<Part> all;
        synchronized (this) {
            all = List.copyOf(parts);
        }
        for (Part part : all) {
            synchronized (this) {
                if (closed) {
                    return;
                }
                started.add(part);
            }
            part.start().run();
            LOG.debug("{} has started", part.name());
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        for (Part part : started.reversed()) {
            try {
                part.stop().close();
            } catch (Exception e) {
                LOG.warn("{} did not stop cleanly", part.name(), e);
            }
        }
        started.clear();
    }
}
