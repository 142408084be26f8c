package io.flotilla.machinery.client;

import io.fabric8.kubernetes.api.model.Status;

/** A request that did not succeed. What kind of failure it is decides what the caller may do next. */
public abstract sealed class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ApiException(String message, Throwable cause) {
        super(message, cause);
    }

    /** An API server refused with a Kubernetes Status: the request had no effect. */
    public static final class Refused extends ApiException {
        private static final long serialVersionUID = 1L;
        private final transient Status status;

        public Refused(Status status, Throwable cause) {
            super(status.getMessage() == null ? status.getReason() : status.getMessage(), cause);
            this.status = status;
        }

        public Status status() {
            return status;
        }
    }

    /**
     * No API server answered in time. A write may or may not have taken effect: read the object again before the next
     * attempt.
     */
    public static final class Unanswered extends ApiException {
        private static final long serialVersionUID = 1L;

        public Unanswered(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Returns Status.reason, or nothing ({@code ""}) where no server answered. */
    public String reason() {
        return switch (this) {
            case Refused refused -> refused.status.getReason() == null ? "" : refused.status.getReason();
            case Unanswered _ -> "";
        };
    }

    public boolean isNotFound() {
        return reason().equals("NotFound");
    }

    public boolean isAlreadyExists() {
        return reason().equals("AlreadyExists");
    }

    /** A resourceVersion or UID precondition failed, or the leader's fence did. */
    public boolean isConflict() {
        return reason().equals("Conflict");
    }

    /** The resource version is too old: list again. */
    public boolean isExpired() {
        return reason().equals("Expired") || reason().equals("Gone");
    }

    public boolean isForbidden() {
        return reason().equals("Forbidden");
    }

    public boolean isInvalid() {
        return reason().equals("Invalid");
    }

    public boolean isTooManyRequests() {
        return reason().equals("TooManyRequests");
    }
}
