package io.flotilla.apiserver.cache;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks over JSON that is known to be well-formed, and makes strings of what is asked for alone. Most of an object, its
 * managed fields above all, is stepped over without a look at what it says, which is several times as fast as to parse it.
 * Where the JSON is not well-formed it fails with an {@link IndexOutOfBoundsException} or ends early, but always ends.
 */
final class JsonCursor {
    private static final JsonFactory ESCAPES = new JsonFactory();

    private final byte[] json;
    private int at;
    private int nameStart;
    private int nameEnd;

    /** Stands on the outermost value. */
    JsonCursor(byte[] json) {
        this.json = json;
        skipSpace();
    }

    /** Steps into the object stood on; false, without a step, where it is none. */
    boolean enterObject() {
        return enter('{');
    }

    /** Steps into the array stood on; false, without a step, where it is none. */
    boolean enterArray() {
        return enter('[');
    }

    private boolean enter(char open) {
        if (json[at] != open) {
            return false;
        }
        at++;
        return true;
    }

    /** Steps to the value of the next member; false at the object's end, which is stepped out of. */
    boolean nextMember() {
        if (!nextElement()) {
            return false;
        }
        nameStart = at + 1;
        skipString();
        nameEnd = at - 1;
        skipSpace();
        at++;
        skipSpace();
        return true;
    }

    /** Steps to the next element; false at the end of the array, which is stepped out of. */
    boolean nextElement() {
        skipSpace();
        if (json[at] == ',') {
            at++;
            skipSpace();
        }
        if (json[at] == '}' || json[at] == ']') {
            at++;
            return false;
        }
        return true;
    }

    /** Where the value stood on begins. */
    int offset() {
        return at;
    }

    /** Whether the member stood on has that name, of ASCII. */
    boolean nameIs(byte[] name) {
        return Arrays.equals(json, nameStart, nameEnd, name, 0, name.length);
    }

    String name() {
        return text(nameStart, nameEnd);
    }

    /** Whether the value stood on is an object. */
    boolean isObject() {
        return json[at] == '{';
    }

    /** Reads a string, number or boolean as text and steps over it; null for what is none of these, stepped over too. */
    @Nullable
    String scalar() {
        int start = at;
        byte first = json[at];
        skipValue();
        return switch (first) {
            case '{', '[', 'n' -> null;
            case '"' -> text(start + 1, at - 1);
            default -> new String(json, start, at - start, StandardCharsets.US_ASCII);
        };
    }

    /** Steps over the value stood on. */
    void skipValue() {
        switch (json[at]) {
            case '"' -> skipString();
            case '{', '[' -> skipNested();
            default -> {
                while (at < json.length && isScalar(json[at])) {
                    at++;
                }
            }
        }
    }

    private static boolean isScalar(byte c) {
        return c != ',' && c != '}' && c != ']' && !isSpace(c);
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || c == '\n' || c == '\t' || c == '\r';
    }

    private void skipNested() {
        int depth = 0;
        do {
            switch (json[at]) {
                case '"' -> {
                    skipString();
                    continue;
                }
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                default -> {}
            }
            at++;
        } while (depth > 0);
    }

    private void skipString() {
        at++;
        while (json[at] != '"') {
            at += json[at] == '\\' ? 2 : 1;
        }
        at++;
    }

    private void skipSpace() {
        while (at < json.length && isSpace(json[at])) {
            at++;
        }
    }

    private String text(int start, int end) {
        for (int i = start; i < end; i++) {
            if (json[i] == '\\') {
                return unescaped(start, end);
            }
        }
        return new String(json, start, end - start, StandardCharsets.UTF_8);
    }

    private String unescaped(int start, int end) {
        try (JsonParser in = ESCAPES.createParser(json, start - 1, end - start + 2)) {
            in.nextToken();
            return in.getText();
        } catch (IOException e) {
            throw new IndexOutOfBoundsException("no JSON string: " + e.getMessage());
        }
    }
}
