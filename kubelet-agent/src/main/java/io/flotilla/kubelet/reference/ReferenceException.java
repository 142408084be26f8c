package io.flotilla.kubelet.reference;

/** Something that a pod refers to is not there. The message is for its status and events. */
public final class ReferenceException extends Exception {
    private static final long serialVersionUID = 1L;

    public ReferenceException(String message) {
        super(message);
    }
}
