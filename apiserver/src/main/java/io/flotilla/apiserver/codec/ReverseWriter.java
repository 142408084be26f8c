package io.flotilla.apiserver.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes protobuf from the end to the start, so that the length of a message is known when its head is written: one pass,
 * one buffer. Fields must come in descending order, and each field's payload before its tag.
 */
final class ReverseWriter {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;

    private byte[] buffer;
    private int start;

    ReverseWriter(int capacity) {
        buffer = new byte[capacity];
        start = capacity;
    }

    /** Bytes written so far. */
    int length() {
        return buffer.length - start;
    }

    byte[] toByteArray() {
        return Arrays.copyOfRange(buffer, start, buffer.length);
    }

    void bytes(byte[] value) {
        bytes(value, 0, value.length);
    }

    void bytes(byte[] value, int offset, int length) {
        reserve(length);
        start -= length;
        System.arraycopy(value, offset, buffer, start, length);
    }

    void text(String value) {
        bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    void varint(long value) {
        int size = 1;
        for (long rest = value >>> 7; rest != 0; rest >>>= 7) {
            size++;
        }
        reserve(size);
        start -= size;
        long rest = value;
        for (int i = start; i < start + size - 1; i++) {
            buffer[i] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[start + size - 1] = (byte) rest;
    }

    void fixed64(long value) {
        reserve(8);
        start -= 8;
        for (int i = 0; i < 8; i++) {
            buffer[start + i] = (byte) (value >>> (8 * i));
        }
    }

    void tag(int number, int wireType) {
        varint((long) number << 3 | wireType);
    }

    /** Closes a length-delimited field whose payload is all that was written since the mark. */
    void close(int number, int mark) {
        varint(length() - mark);
        tag(number, BYTES);
    }

    void textField(int number, String value) {
        int mark = length();
        text(value);
        close(number, mark);
    }

    void bytesField(int number, byte[] value) {
        bytes(value);
        varint(value.length);
        tag(number, BYTES);
    }

    void varintField(int number, long value) {
        varint(value);
        tag(number, VARINT);
    }

    private void reserve(int size) {
        if (start >= size) {
            return;
        }
        int used = length();
        byte[] larger = new byte[Math.max(buffer.length * 2, used + size + 256)];
        System.arraycopy(buffer, start, larger, larger.length - used, used);
        buffer = larger;
        start = larger.length - used;
    }
}
