package io.flotilla.apiserver.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** UTF-8, refusing or mending what is not. */
final class Utf8 {
    private Utf8() {}

    static String strict(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    /** Whether JSON may hold half a pair of surrogates, escaped or encoded: no text of UTF-8 can. */
    static boolean mayHoldHalves(byte[] json, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (json[i] == '\\' || json[i] == (byte) 0xed) {
                return true;
            }
        }
        return false;
    }

    static boolean isWhole(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Replaces halves of pairs, as Go does when it reads them. */
    static String whole(String text) {
        if (isWhole(text)) {
            return text;
        }
        StringBuilder whole = new StringBuilder(text.length());
        text.codePoints()
                .map(each -> each >= Character.MIN_SURROGATE && each <= Character.MAX_SURROGATE ? 0xfffd : each)
                .forEach(whole::appendCodePoint);
        return whole.toString();
    }
}
