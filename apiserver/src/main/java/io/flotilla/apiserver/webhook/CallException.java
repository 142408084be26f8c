package io.flotilla.apiserver.webhook;

/** A webhook could not be asked, or gave no valid answer; the message tells why. */
public final class CallException extends Exception {
    private static final long serialVersionUID = 1L;

    public CallException(String message) {
        super(message, null, false, false);
    }
}
