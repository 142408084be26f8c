package io.flotilla.apiserver.extension.cel;

/** An expression has no value for these objects; the message tells why. */
public final class EvaluationException extends Exception {
    private static final long serialVersionUID = 1L;

    public EvaluationException(String message) {
        super(message, null, false, false);
    }
}
