package io.flotilla.apiserver.admission.webhook;

/** A webhook could not be asked, or gave no valid answer: what follows is up to its failure policy. */
final class CallException extends Exception {
    private static final long serialVersionUID = 1L;

    CallException(String message) {
        super(message, null, false, false);
    }
}
