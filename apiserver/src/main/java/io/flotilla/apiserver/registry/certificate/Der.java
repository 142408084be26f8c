package io.flotilla.apiserver.registry.certificate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An element of DER (X.690), as far as reading a PKCS#10 request needs it. Whatever is malformed is an
 * {@link IllegalArgumentException}.
 */
final class Der {
    private static final int LONG_FORM = 0x80;
    private static final int CONSTRUCTED = 0x20;
    private static final int BMP_STRING = 0x1e;

    private final byte[] bytes;
    private final int from;
    private final int body;
    private final int end;

    private Der(byte[] bytes, int from, int limit) {
        this.bytes = bytes;
        this.from = from;
        require(limit - from >= 2);
        int length = bytes[from + 1] & 0xff;
        int at = from + 2;
        if (length >= LONG_FORM) {
            int digits = length - LONG_FORM;
            require(digits > 0 && digits < 4 && limit - at >= digits);
            length = 0;
            for (int i = 0; i < digits; i++) {
                length = (length << 8) | (bytes[at++] & 0xff);
            }
        }
        require(length <= limit - at);
        body = at;
        end = at + length;
    }

    /** The one element that the bytes are. */
    static Der of(byte[] bytes) {
        Der element = new Der(bytes, 0, bytes.length);
        require(element.end == bytes.length);
        return element;
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException("malformed DER");
        }
    }

    /** The elements that this one is made of. */
    List<Der> parts() {
        require((bytes[from] & CONSTRUCTED) != 0);
        List<Der> parts = new ArrayList<>();
        for (int at = body; at < end; at = parts.getLast().end) {
            parts.add(new Der(bytes, at, end));
        }
        return parts;
    }

    Der part(int index) {
        List<Der> parts = parts();
        require(index < parts.size());
        return parts.get(index);
    }

    /** All of the element, its head included. */
    byte[] encoded() {
        return Arrays.copyOfRange(bytes, from, end);
    }

    /** The bytes of a bit string that is whole bytes. */
    byte[] bits() {
        require(body < end && bytes[body] == 0);
        return Arrays.copyOfRange(bytes, body + 1, end);
    }

    /** The text of a string of any type. */
    String text() {
        return new String(
                bytes,
                body,
                end - body,
                bytes[from] == BMP_STRING ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_8);
    }

    /** An object identifier, with dots. */
    String identifier() {
        StringBuilder text = new StringBuilder();
        long number = 0;
        for (int at = body; at < end; at++) {
            number = (number << 7) | (bytes[at] & 0x7f);
            if (bytes[at] >= 0) {
                if (text.isEmpty()) {
                    long first = Math.min(number / 40, 2);
                    text.append(first).append('.').append(number - 40 * first);
                } else {
                    text.append('.').append(number);
                }
                number = 0;
            }
        }
        return text.toString();
    }
}
