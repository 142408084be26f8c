package io.flotilla.apiserver.codec;

import io.flotilla.apiserver.request.Quoting;
import java.nio.charset.StandardCharsets;

/**
 * Says of bytes that are not JSON where they cease to be, in the words of Go's {@code encoding/json}, which clients of
 * Kubernetes know. For input that was refused: it reads it once more.
 */
final class JsonSyntax {
    private static final String VALUE = "looking for beginning of value";

    private final byte[] json;
    private final int end;
    private int at;

    private static final class Fault extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Fault(String message) {
            super(message, null, false, false);
        }
    }

    private JsonSyntax(byte[] json, int offset, int length) {
        this.json = json;
        this.at = offset;
        this.end = offset + length;
    }

    /** Returns the first fault, or the given text where there is none that Go would see. */
    static String fault(byte[] json, int offset, int length, String otherwise) {
        JsonSyntax reader = new JsonSyntax(json, offset, length);
        try {
            reader.value(0, VALUE);
            if (reader.more()) {
                throw reader.invalid("after top-level value");
            }
            return otherwise;
        } catch (Fault e) {
            return String.valueOf(e.getMessage());
        }
    }

    private Fault invalid(String where) {
        int c = json[at] & 0xff;
        String shown = switch (c) {
            case '\'' -> "'\\''";
            case '"' -> "'\"'";
            default -> {
                String quoted = Quoting.quote(Character.toString(c));
                yield "'" + quoted.substring(1, quoted.length() - 1) + "'";
            }
        };
        return new Fault("invalid character " + shown + " " + where);
    }

    /** Skips white space; whether something follows. */
    private boolean more() {
        while (at < end && (json[at] == ' ' || json[at] == '\t' || json[at] == '\n' || json[at] == '\r')) {
            at++;
        }
        return at < end;
    }

    private byte next() {
        if (at >= end) {
            throw new Fault("unexpected end of JSON input");
        }
        return json[at];
    }

    private byte nextToken() {
        more();
        return next();
    }

    private void value(int depth, String expected) {
        if (depth > JsonCodec.MAX_DEPTH) {
            throw new Fault("exceeded max depth");
        }
        switch (nextToken()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw invalid(expected);
        }
    }

    private void object(int depth) {
        at++;
        if (nextToken() == '}') {
            at++;
            return;
        }
        while (true) {
            if (nextToken() != '"') {
                throw invalid("looking for beginning of object key string");
            }
            string();
            if (nextToken() != ':') {
                throw invalid("after object key");
            }
            at++;
            value(depth + 1, VALUE);
            byte separator = nextToken();
            if (separator != ',' && separator != '}') {
                throw invalid("after object key:value pair");
            }
            at++;
            if (separator == '}') {
                return;
            }
        }
    }

    private void array(int depth) {
        at++;
        if (nextToken() == ']') {
            at++;
            return;
        }
        while (true) {
            value(depth + 1, VALUE);
            byte separator = nextToken();
            if (separator != ',' && separator != ']') {
                throw invalid("after array element");
            }
            at++;
            if (separator == ']') {
                return;
            }
        }
    }

    private void string() {
        at++;
        while (next() != '"') {
            if (json[at] == '\\') {
                at++;
                escape();
            } else if (json[at] >= 0 && json[at] < ' ') {
                throw invalid("in string literal");
            } else {
                at++;
            }
        }
        at++;
    }

    private void escape() {
        switch (next()) {
            case 'b', 'f', 'n', 'r', 't', '\\', '/', '"' -> at++;
            case 'u' -> {
                at++;
                for (int i = 0; i < 4; i++, at++) {
                    if (Character.digit(next(), 16) < 0) {
                        throw invalid("in \\u hexadecimal character escape");
                    }
                }
            }
            default -> throw invalid("in string escape code");
        }
    }

    private void word(String word) {
        byte[] expected = word.getBytes(StandardCharsets.US_ASCII);
        for (byte letter : expected) {
            if (next() != letter) {
                throw invalid("in literal " + word + " (expecting '" + (char) letter + "')");
            }
            at++;
        }
    }

    private void number() {
        if (json[at] == '-') {
            at++;
        }
        if (next() == '0') {
            at++;
        } else {
            digits("in numeric literal");
        }
        if (at < end && json[at] == '.') {
            at++;
            digits("after decimal point in numeric literal");
        }
        if (at < end && (json[at] == 'e' || json[at] == 'E')) {
            at++;
            if (at < end && (json[at] == '+' || json[at] == '-')) {
                at++;
            }
            digits("in exponent of numeric literal");
        }
    }

    private void digits(String where) {
        if (!Character.isDigit(next())) {
            throw invalid(where);
        }
        while (at < end && Character.isDigit(json[at])) {
            at++;
        }
    }
}
