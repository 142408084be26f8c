package io.flotilla.apiserver.patch;

import io.flotilla.apiserver.codec.JsonCodec;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Field sets by their text. What one client writes again and again has the same set each time, most of all the many objects of
 * one template. A fixed table that forgets; races only cost a second reading.
 */
final class KnownFieldSets {
    private static final int LONGEST = 8 << 10;
    private static final AtomicReferenceArray<@Nullable Known> TABLE = new AtomicReferenceArray<>(256);

    private static final class Known {
        private final byte[] text;
        private final FieldSet set;

        Known(byte[] text) {
            this.text = text;
            this.set = read(text);
        }
    }

    private KnownFieldSets() {}

    static FieldSet of(byte[] text) {
        if (text.length > LONGEST) {
            return read(text);
        }
        int hash = Arrays.hashCode(text);
        int slot = (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (TABLE.length() - 1);
        Known known = TABLE.get(slot);
        if (known == null || !Arrays.equals(known.text, text)) {
            known = new Known(text);
            TABLE.set(slot, known);
        }
        return known.set;
    }

    private static FieldSet read(byte[] text) {
        return FieldSet.parse(JsonCodec.decodeTrusted(text));
    }
}
