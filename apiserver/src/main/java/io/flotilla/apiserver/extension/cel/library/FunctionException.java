package io.flotilla.apiserver.extension.cel.library;

/** A function has no value for its arguments; the message says why, as expressions tell it. */
public final class FunctionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FunctionException(String message) {
        super(message, null, false, false);
    }
}
