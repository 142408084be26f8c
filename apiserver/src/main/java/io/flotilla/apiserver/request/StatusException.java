package io.flotilla.apiserver.request;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The request fails with this Kubernetes Status. Thrown anywhere below the transports, translated by them; the factory
 * methods hold every message text of the API that is not a matter of one kind.
 */
public final class StatusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String reason;
    private final transient @Nullable Details details;

    /**
     * Status.details.
     *
     * @param name name of the object, may be empty
     * @param group API group, may be empty
     * @param kind resource for most errors, kind for Invalid: as Kubernetes does it
     * @param causes one for each finding
     * @param retryAfterSeconds 0 for none
     */
    public record Details(String name, String group, String kind, List<Cause> causes, int retryAfterSeconds) {}

    /** One entry of Status.details.causes. */
    public record Cause(String reason, String message, String field) {}

    public StatusException(int code, String reason, String message, @Nullable Details details) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    /** HTTP status code. */
    public int code() {
        return code;
    }

    /** Status.reason, such as {@code NotFound}. */
    public String reason() {
        return reason;
    }

    public @Nullable Details details() {
        return details;
    }
}
