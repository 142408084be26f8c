package io.flotilla.apiserver.cache;

/** What was asked for lies behind what the cache remembers. */
public final class ExpiredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long oldest;

    ExpiredException(long asked, long oldest) {
        super("too old resource version: " + asked + " (" + oldest + ")", null, false, false);
        this.oldest = oldest;
    }

    /** The oldest revision that would have done. */
    public long oldest() {
        return oldest;
    }
}
