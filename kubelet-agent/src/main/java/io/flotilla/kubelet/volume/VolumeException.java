package io.flotilla.kubelet.volume;

/** A volume cannot be set up now; the message is for an event. */
public final class VolumeException extends Exception {
    private static final long serialVersionUID = 1L;

    VolumeException(String message) {
        super(message);
    }

    VolumeException(String message, Throwable cause) {
        super(message, cause);
    }
}
