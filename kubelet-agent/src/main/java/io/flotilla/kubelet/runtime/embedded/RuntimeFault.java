package io.flotilla.kubelet.runtime.embedded;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Why a runtime cannot do what it was asked; its message is shown to people as it is. */
public final class RuntimeFault extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What the caller can make of the fault; each stands for one gRPC code. */
    public enum Kind {
        NOT_FOUND(Status.Code.NOT_FOUND),
        ALREADY_EXISTS(Status.Code.ALREADY_EXISTS),
        INVALID(Status.Code.INVALID_ARGUMENT),
        /** Not in the present state, or not on this machine. */
        REFUSED(Status.Code.FAILED_PRECONDITION),
        TIMED_OUT(Status.Code.DEADLINE_EXCEEDED),
        EXHAUSTED(Status.Code.RESOURCE_EXHAUSTED),
        UNSUPPORTED(Status.Code.UNIMPLEMENTED),
        /** The machine failed: a disk, a tool, the kernel. */
        BROKEN(Status.Code.INTERNAL);

        private final Status.Code code;

        Kind(Status.Code code) {
            this.code = code;
        }
    }

    private final Kind kind;

    public RuntimeFault(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public RuntimeFault(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    StatusRuntimeException toGrpc() {
        return Status.fromCode(kind.code)
                .withDescription(getMessage())
                .withCause(this)
                .asRuntimeException();
    }
}
