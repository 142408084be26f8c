package io.flotilla.kubelet.container;

/** A container could not be started now. Reason and message are those of its waiting state. */
public final class ContainerStartException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    ContainerStartException(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
