package io.flotilla.apiserver.flowcontrol;

/** The request is refused because there are too many; the client may try again after a second. */
public final class OverloadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What clients are told. */
    public static final String MESSAGE = "Too many requests, please try again later.";

    public static final int RETRY_AFTER_SECONDS = 1;

    private final String schemaUid;
    private final String levelUid;

    OverloadException(String schemaUid, String levelUid) {
        super(MESSAGE, null, false, false);
        this.schemaUid = schemaUid;
        this.levelUid = levelUid;
    }

    public String schemaUid() {
        return schemaUid;
    }

    public String levelUid() {
        return levelUid;
    }
}
