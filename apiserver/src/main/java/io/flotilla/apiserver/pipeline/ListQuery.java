package io.flotilla.apiserver.pipeline;

/**
 * The options of a list or a watch, as clients spell them; empty or 0 where not given.
 *
 * @param continueToken where an earlier page ended
 */
public record ListQuery(
        String labelSelector,
        String fieldSelector,
        String resourceVersion,
        String resourceVersionMatch,
        long limit,
        String continueToken,
        boolean allowBookmarks,
        boolean sendInitialEvents) {
    public static final ListQuery ALL = new ListQuery("", "", "", "", 0, "", false, false);

    public static ListQuery selecting(String labelSelector, String fieldSelector) {
        return new ListQuery(labelSelector, fieldSelector, "", "", 0, "", false, false);
    }
}
