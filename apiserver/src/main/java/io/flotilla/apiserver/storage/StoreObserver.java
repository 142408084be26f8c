package io.flotilla.apiserver.storage;

import java.util.function.Supplier;

/** Stands around every read and write of keys: to count, time and trace them. Safe from any thread. */
public interface StoreObserver {
    StoreObserver NONE = new StoreObserver() {
        @Override
        public <T> T observe(String operation, String key, Supplier<T> call) {
            return call.get();
        }
    };

    /**
     * Makes the call and returns or throws what it does.
     *
     * @param operation as Kubernetes' metrics name it: get, list, create, update or delete
     * @param key the key, or the prefix of a list
     */
    <T> T observe(String operation, String key, Supplier<T> call);
}
