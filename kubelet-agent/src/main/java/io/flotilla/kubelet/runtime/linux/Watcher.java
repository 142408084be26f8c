package io.flotilla.kubelet.runtime.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that waits for many processes to end and many files to grow, asleep while neither happens. Works for
 * processes that are not children of this one. Callbacks run on that thread, one after another: they must be short.
 */
public final class Watcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);
    private static final int IN_MODIFY = 2;
    private static final int NONBLOCK_CLOEXEC = 0x80800;
    private static final short POLLIN = 1;
    private static final int POLLFD_BYTES = 8;
    private static final int EVENT_BYTES = 16;

    private final int inotify;
    private final int wake;
    private final Thread thread =
            Thread.ofPlatform().name("runtime-watch").daemon().unstarted(this::loop);
    // Guarded by this.
    private final Map<Integer, Runnable> ends = new HashMap<>();
    private final Map<Integer, Runnable> growths = new HashMap<>();
    private boolean closed;

    private Watcher(int inotify, int wake) {
        this.inotify = inotify;
        this.wake = wake;
    }

    public static Watcher start() {
        var watcher = new Watcher(Libc.inotifyInit(NONBLOCK_CLOEXEC), Libc.eventfd(NONBLOCK_CLOEXEC));
        watcher.thread.start();
        return watcher;
    }

    /** Calls back once when the process has ended, which may be at once. */
    public void onEnd(int pid, Runnable action) {
        int descriptor;
        try {
            descriptor = Descriptor.pidfd(pid);
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.ESRCH) {
                action.run();
                return;
            }
            throw e;
        }
        synchronized (this) {
            if (closed) {
                Libc.close(descriptor);
                return;
            }
            ends.put(descriptor, action);
        }
        wakeUp();
    }

    /** Calls back after each change of the file's content, several changes at once when they come fast. */
    public synchronized int onGrowth(Path file, Runnable action) {
        int watch = Libc.inotifyAdd(inotify, file.toString(), IN_MODIFY);
        growths.put(watch, action);
        return watch;
    }

    /** Ends what {@link #onGrowth} began. */
    public synchronized void forget(int watch) {
        if (growths.remove(watch) != null && !closed) {
            try {
                Libc.inotifyRemove(inotify, watch);
            } catch (ErrnoException e) {
                // The file is gone, and its watch with it.
            }
        }
    }

    private void loop() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate(EVENT_BYTES << 8, 8);
            while (!isClosed()) {
                for (Runnable action : await(events)) {
                    run(action);
                }
            }
        } catch (RuntimeException e) {
            LOG.error("The watch over containers ended; restart the agent", e);
        }
    }

    private Set<Runnable> await(MemorySegment events) {
        List<Integer> descriptors = new ArrayList<>();
        descriptors.add(wake);
        descriptors.add(inotify);
        synchronized (this) {
            descriptors.addAll(ends.keySet());
        }
        Set<Runnable> due = new LinkedHashSet<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate((long) POLLFD_BYTES * descriptors.size(), 8);
            for (int i = 0; i < descriptors.size(); i++) {
                table.set(ValueLayout.JAVA_INT, (long) i * POLLFD_BYTES, descriptors.get(i));
                table.set(ValueLayout.JAVA_SHORT, (long) i * POLLFD_BYTES + 4, POLLIN);
            }
            try {
                Libc.poll(table, descriptors.size(), -1);
            } catch (ErrnoException e) {
                if (e.errno() == ErrnoException.EINTR) {
                    return due;
                }
                throw e;
            }
            drain(wake, events);
            collectGrowths(events, due);
            for (int i = 2; i < descriptors.size(); i++) {
                if (table.get(ValueLayout.JAVA_SHORT, (long) i * POLLFD_BYTES + 6) != 0) {
                    collectEnd(descriptors.get(i), due);
                }
            }
        }
        return due;
    }

    private synchronized void collectEnd(int descriptor, Set<Runnable> due) {
        Runnable action = ends.remove(descriptor);
        if (action != null) {
            Libc.close(descriptor);
            due.add(action);
        }
    }

    private void collectGrowths(MemorySegment events, Set<Runnable> due) {
        for (int size = drain(inotify, events); size > 0; size = drain(inotify, events)) {
            synchronized (this) {
                for (long at = 0; at < size; ) {
                    Runnable action = growths.get(events.get(ValueLayout.JAVA_INT_UNALIGNED, at));
                    if (action != null) {
                        due.add(action);
                    }
                    at += EVENT_BYTES + events.get(ValueLayout.JAVA_INT_UNALIGNED, at + 12);
                }
            }
        }
    }

    private static int drain(int descriptor, MemorySegment buffer) {
        try {
            return Libc.read(descriptor, buffer);
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.EAGAIN || e.errno() == ErrnoException.EINTR) {
                return 0;
            }
            throw e;
        }
    }

    private static void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("A callback of the watch over containers failed", e);
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void wakeUp() {
        try (Arena arena = Arena.ofConfined()) {
            Libc.write(wake, arena.allocateFrom(ValueLayout.JAVA_LONG, 1));
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        wakeUp();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            ends.keySet().forEach(Libc::close);
            ends.clear();
        }
        Libc.close(inotify);
        Libc.close(wake);
    }
}
