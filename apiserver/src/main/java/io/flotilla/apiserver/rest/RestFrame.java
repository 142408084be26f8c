package io.flotilla.apiserver.rest;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * A watch event as bytes.
 *
 * @param first the bytes that it takes if it is the first event of its watch, where they differ
 */
@SuppressWarnings("ArrayRecordComponent") // never compared nor changed
record RestFrame(byte[] bytes, Optional<Supplier<byte[]>> first) {
    static RestFrame of(byte[] bytes) {
        return new RestFrame(bytes, Optional.empty());
    }

    byte[] bytes(boolean isFirst) {
        return isFirst && first.isPresent() ? first.get().get() : bytes;
    }
}
