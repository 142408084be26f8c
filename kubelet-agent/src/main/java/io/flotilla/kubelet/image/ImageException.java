package io.flotilla.kubelet.image;

/** An image cannot be had now. Reason and message are those of the container's waiting state. */
public final class ImageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    ImageException(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
