package io.flotilla.apiserver.flowcontrol;

/** The right of one request to be executed; closed once when it has been. */
public interface Ticket extends AutoCloseable {
    /** UID of the flow schema that the request fell under; empty if there is none. */
    String schemaUid();

    /** UID of its priority level; empty if there is none. */
    String levelUid();

    @Override
    void close();
}
