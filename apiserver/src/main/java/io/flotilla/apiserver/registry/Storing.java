package io.flotilla.apiserver.registry;

import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.storage.StorageException;
import java.util.function.Supplier;

/** Where failures of storage become a Status. */
public final class Storing {
    private Storing() {}

    /** Runs a call to storage. */
    public static <T> T call(Supplier<T> call) {
        try {
            return call.get();
        } catch (StorageException e) {
            throw translate(e);
        }
    }

    /** The Status that a failure of storage is to a client. */
    public static StatusException translate(StorageException failure) {
        return switch (failure) {
            case StorageException.Unavailable e -> StatusException.serviceUnavailable(e.getMessage());
            case StorageException.Compacted _ ->
                StatusException.expired("The resourceVersion for the provided list is too old.");
            case StorageException.FutureRevision e -> StatusException.timeout(e.getMessage(), 1);
            case StorageException.LeaseGone e -> StatusException.plain(500, e.getMessage());
            case StorageException.Refused e -> StatusException.plain(500, e.getMessage());
        };
    }
}
