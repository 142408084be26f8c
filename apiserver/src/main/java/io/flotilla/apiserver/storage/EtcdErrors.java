package io.flotilla.apiserver.storage;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;

/** Reads etcd's errors. The one place where the text of one is matched. */
final class EtcdErrors {
    private EtcdErrors() {}

    /** Whether the call may have been carried out, or would be by another member a moment later. */
    static boolean isTransient(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, INTERNAL, ABORTED -> true;
            case UNKNOWN -> {
                // What a server says has no cause here; what the transport says of a connection that was cut has one.
                String text = text(status);
                yield status.getCause() instanceof IOException
                        || text.contains("leader")
                        || text.contains("timed out")
                        || text.contains("context");
            }
            default -> false;
        };
    }

    static StorageException translate(StatusRuntimeException e) {
        Status status = e.getStatus();
        String text = text(status);
        if (text.contains("compacted")) {
            return new StorageException.Compacted();
        }
        if (text.contains("future revision")) {
            return new StorageException.FutureRevision();
        }
        if (text.contains("requested lease not found")) {
            return new StorageException.LeaseGone();
        }
        return isTransient(status)
                ? new StorageException.Unavailable("etcd cannot be reached: " + describe(status))
                : new StorageException.Refused(text.isEmpty() ? status.getCode().name() : text);
    }

    static String describe(Status status) {
        Throwable cause = status.getCause();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String text = text(status);
        String why = cause == null || cause.getMessage() == null ? "" : cause.getMessage();
        if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
            return "no answer in time";
        }
        if (text.isEmpty()) {
            return why.isEmpty() ? status.getCode().name() : why;
        }
        return why.isEmpty() || text.contains(why) ? text : text + " (" + why + ")";
    }

    private static String text(Status status) {
        return status.getDescription() == null ? "" : status.getDescription();
    }
}
