package io.flotilla.apiserver;

import io.flotilla.apiserver.storage.EtcdStore;
import io.flotilla.apiserver.storage.StorageException;
import io.flotilla.machinery.component.HealthChecks;
import java.time.Duration;
import java.util.Optional;

/**
 * Whether requests should come here: etcd answers, and the process does not stop. When it does, clients are told first,
 * and have a while to hear it before anything ends.
 */
final class Readiness implements AutoCloseable {
    private final Runnable farewell;
    private final Duration delay;
    private volatile boolean stopping;

    /**
     * @param farewell tells the clients that are connected
     * @param delay time between that and the end of service
     */
    Readiness(HealthChecks health, Runnable farewell, Duration delay) {
        this.farewell = farewell;
        this.delay = delay;
        health.ready("shutdown", () -> stopping ? Optional.of("process is shutting down") : Optional.empty());
    }

    static Optional<String> etcd(EtcdStore store) {
        try {
            store.ping();
            return Optional.empty();
        } catch (StorageException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        stopping = true;
        farewell.run();
        try {
            Thread.sleep(delay);
        } catch (InterruptedException e) {
            // Whoever interrupts wants the end at once.
            Thread.currentThread().interrupt();
        }
    }
}
