package io.flotilla.kubelet.cri;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** A call that the runtime refused or did not answer. */
public final class CriException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Status.Code code;
    private final String description;

    CriException(StatusRuntimeException cause) {
        super(text(cause.getStatus()), cause);
        code = cause.getStatus().getCode();
        description = description(cause.getStatus());
    }

    /** Returns the runtime's own words, without the code. */
    public String description() {
        return description;
    }

    public boolean isNotFound() {
        return code == Status.Code.NOT_FOUND;
    }

    /** Says whether the caller itself gave the call up. */
    public boolean isCancelled() {
        return code == Status.Code.CANCELLED;
    }

    /** Says whether the command or call took longer than it was given. */
    public boolean isTimeout() {
        return code == Status.Code.DEADLINE_EXCEEDED;
    }

    private static String description(Status status) {
        return status.getDescription() == null ? "" : status.getDescription();
    }

    /** The form in which gRPC of Go prints errors; people know it from pod statuses and events. */
    private static String text(Status status) {
        StringBuilder name = new StringBuilder();
        for (String word : status.getCode().name().split("_")) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
        }
        String code = status.getCode() == Status.Code.CANCELLED ? "Canceled" : name.toString();
        return "rpc error: code = " + code + " desc = " + description(status);
    }
}
