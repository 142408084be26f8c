package io.flotilla.machinery.client;

import io.flotilla.machinery.object.ObjectJson;

/**
 * A change to send.
 *
 * @param contentType media type of the patch
 * @param body the patch itself
 * @param fieldManager who applies, needed by server-side apply only
 * @param force whether server-side apply takes fields from others
 */
@SuppressWarnings("ArrayRecordComponent") // handed to the wire as it is, never compared
public record Patch(String contentType, byte[] body, String fieldManager, boolean force) {

    /** RFC 6902. */
    public static Patch json(Object operations) {
        return new Patch("application/json-patch+json", bytes(operations), "", false);
    }

    /** RFC 7386. */
    public static Patch merge(Object change) {
        return new Patch("application/merge-patch+json", bytes(change), "", false);
    }

    public static Patch strategicMerge(Object change) {
        return new Patch("application/strategic-merge-patch+json", bytes(change), "", false);
    }

    public static Patch apply(Object configuration, String fieldManager, boolean force) {
        return new Patch("application/apply-patch+yaml", bytes(configuration), fieldManager, force);
    }

    private static byte[] bytes(Object change) {
        return switch (change) {
            case byte[] ready -> ready;
            case String text -> text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            default -> ObjectJson.write(change);
        };
    }
}
