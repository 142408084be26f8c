package io.flotilla.apiserver.pipeline;

import io.flotilla.apiserver.request.Encoding;

/** The body of a request, as it came. */
@SuppressWarnings("ArrayRecordComponent") // never compared nor changed
public record Body(byte[] bytes, Encoding encoding) {
    public static final Body NONE = json(new byte[0]);

    public static Body json(byte[] bytes) {
        return new Body(bytes, Encoding.JSON);
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }
}
