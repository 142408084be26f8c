package io.flotilla.apiserver.codec;

/** Bytes that are not what their media type says. The message is fit for a client. */
public final class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        super(message, null, false, false);
    }
}
