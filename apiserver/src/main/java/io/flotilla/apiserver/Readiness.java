package io.flotilla.apiserver;

import io.flotilla.apiserver.storage.EtcdStore;
import io.flotilla.apiserver.storage.StorageException;
import io.flotilla.machinery.component.HealthChecks;
import java.util.Optional;

/** Whether requests should come here: etcd answers, and the process does not stop. */
final class Readiness implements AutoCloseable {
    private volatile boolean stopping;

    Readiness(HealthChecks health) {
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
    }
}
