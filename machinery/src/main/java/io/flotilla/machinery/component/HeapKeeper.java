package io.flotilla.machinery.component;

import java.time.Duration;

/**
 * Keeps the heap small while it can be, and lets it grow when it must. The serial collector takes all the memory that it may
 * have before it collects the old generation; a limit low enough for a lab on a laptop would be the death of a server that
 * someone fills with a hundred thousand objects. So the limit is high, and whenever the heap outgrows a soft one, the old
 * generation is collected; if most of it turns out to be in use, the soft limit goes up with it.
 */
public final class HeapKeeper implements AutoCloseable {
    /** System property: the soft limit in MiB. Without it nothing is done. */
    public static final String PROPERTY = "flotilla.heap";

    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** The heap may be that many times what is in use. */
    private static final int ROOM = 2;

    private final Duration pause;
    private final Thread thread;
    private long looks; // guarded by this

    private HeapKeeper(long soft, Duration pause) {
        this.pause = pause;
        thread = Thread.ofVirtual().name("heap-keeper").unstarted(() -> keep(soft));
    }

    /** Starts to keep the heap as the property says. */
    public static HeapKeeper start() {
        return start(PAUSE);
    }

    /** Starts to keep the heap as the property says, with so long a pause between looks at it. */
    static HeapKeeper start(Duration pause) {
        long mebibytes = Long.getLong(PROPERTY, 0);
        HeapKeeper keeper = new HeapKeeper(mebibytes << 20, pause);
        if (mebibytes > 0) {
            keeper.thread.start();
        }
        return keeper;
    }

    /** Waits until a look that began after the call is over. */
    synchronized void awaitLook() throws InterruptedException {
        long enough = looks + 2;
        while (looks < enough) {
            wait();
        }
    }

    private synchronized void looked() {
        looks++;
        notifyAll();
    }

    private void keep(long soft) {
        Runtime runtime = Runtime.getRuntime();
        long limit = soft;
        try {
            while (true) {
                Thread.sleep(pause);
                long heap = runtime.totalMemory();
                if (heap > limit) {
                    System.gc();
                    limit = Math.max(soft, ROOM * (runtime.totalMemory() - runtime.freeMemory()));
                } else {
                    // It shrinks only after a collection that found little in use.
                    limit = Math.max(soft, Math.min(limit, ROOM * heap));
                }
                looked();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
