package io.flotilla.apiserver.schema;

/** A value cannot be what its field is. The message is that of Go's decoder. */
public final class TypeErrorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TypeErrorException(String message) {
        super(message, null, false, false);
    }
}
