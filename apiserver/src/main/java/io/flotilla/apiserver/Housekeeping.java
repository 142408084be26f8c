package io.flotilla.apiserver;

import io.flotilla.apiserver.cache.Cache;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.request.StatusException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens without a request: the objects that every cluster has are made, and watches get their bookmarks. */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final long BOOKMARK_SECONDS = 60;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Cache cache;
    private final Registry registry;
    private final ScheduledExecutorService timer;
    private Optional<ScheduledFuture<?>> bookmarks = Optional.empty();
    private Optional<Thread> defaults = Optional.empty();

    Housekeeping(Cache cache, Registry registry, ScheduledExecutorService timer) {
        this.cache = cache;
        this.registry = registry;
        this.timer = timer;
    }

    void start() {
        bookmarks = Optional.of(
                timer.scheduleWithFixedDelay(cache::bookmark, BOOKMARK_SECONDS, BOOKMARK_SECONDS, TimeUnit.SECONDS));
        defaults = Optional.of(Thread.ofVirtual().name("default-objects").start(this::makeDefaults));
    }

    private void makeDefaults() {
        while (true) {
            try {
                if (cache.await(1, RETRY)) {
                    registry.start();
                    return;
                }
                if (Thread.interrupted()) {
                    return;
                }
            } catch (StatusException e) {
                LOG.warn("the default objects could not be made, trying again: {}", e.getMessage());
                try {
                    Thread.sleep(RETRY);
                } catch (InterruptedException stop) {
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        bookmarks.ifPresent(task -> task.cancel(false));
        defaults.ifPresent(Thread::interrupt);
        registry.stop();
    }
}
