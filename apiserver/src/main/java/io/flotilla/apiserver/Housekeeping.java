package io.flotilla.apiserver;

import io.flotilla.apiserver.cache.Cache;
import io.flotilla.apiserver.flowcontrol.SchemaConditions;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.request.StatusException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens without a request: the objects that every cluster has are made, watches get their bookmarks, and flow
 * schemas their conditions.
 */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final long BOOKMARK_SECONDS = 60;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration SETTLE = Duration.ofSeconds(1);

    private final Cache cache;
    private final Registry registry;
    private final SchemaConditions conditions;
    private final ScheduledExecutorService timer;
    private Optional<ScheduledFuture<?>> bookmarks = Optional.empty();
    private Optional<Thread> objects = Optional.empty();

    Housekeeping(Cache cache, Registry registry, SchemaConditions conditions, ScheduledExecutorService timer) {
        this.cache = cache;
        this.registry = registry;
        this.conditions = conditions;
        this.timer = timer;
    }

    void start() {
        bookmarks = Optional.of(
                timer.scheduleWithFixedDelay(cache::bookmark, BOOKMARK_SECONDS, BOOKMARK_SECONDS, TimeUnit.SECONDS));
        objects = Optional.of(Thread.ofVirtual().name("housekeeping").start(this::keepObjects));
    }

    private void keepObjects() {
        try {
            while (!makeDefaults()) {
                Thread.sleep(RETRY);
            }
            while (true) {
                conditions.settle();
                Thread.sleep(SETTLE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether they are made. */
    private boolean makeDefaults() throws InterruptedException {
        try {
            while (!cache.await(1, RETRY)) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            registry.start();
            return true;
        } catch (StatusException e) {
            LOG.warn("the default objects could not be made, trying again: {}", e.getMessage());
            return false;
        }
    }

    @Override
    public void close() {
        bookmarks.ifPresent(task -> task.cancel(false));
        objects.ifPresent(Thread::interrupt);
        registry.stop();
    }
}
