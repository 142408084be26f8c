package io.flotilla.apiserver.node;

import io.flotilla.apiserver.request.StatusException;
import io.grpc.Status;

/** What an agent's failure is to the client that asked for it. */
public final class AgentFailures {
    private AgentFailures() {}

    public static StatusException of(Throwable failure, String agent) {
        Status status = Status.fromThrowable(failure);
        String why = why(status);
        return switch (status.getCode()) {
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> StatusException.badRequest(why);
            case NOT_FOUND -> new StatusException(404, "NotFound", why, null);
            case UNAVAILABLE, DEADLINE_EXCEEDED ->
                StatusException.internal("error dialing backend: the agent at " + agent + " does not answer: " + why);
            default -> StatusException.internal(why);
        };
    }

    /**
     * As {@link #of}, of a session for which the client has been let through already: what the runtime refuses is an error
     * of the server then, and said to have come of what was done.
     *
     * @param executes whether a command was to be executed, not attached to what runs
     */
    public static StatusException ofSession(Throwable failure, String agent, boolean executes) {
        Status status = Status.fromThrowable(failure);
        String done = executes ? "error executing command in container: " : "error attaching to container: ";
        return switch (status.getCode()) {
            case FAILED_PRECONDITION, INTERNAL -> StatusException.internal(done + why(status));
            default -> of(failure, agent);
        };
    }

    /** gRPC says no more than "io exception" where a connection fails; the cause says which. */
    private static String why(Status status) {
        String description = status.getDescription() == null ? status.getCode().name() : status.getDescription();
        Throwable cause = status.getCause();
        return cause == null || cause.getMessage() == null ? description : description + ": " + cause.getMessage();
    }
}
