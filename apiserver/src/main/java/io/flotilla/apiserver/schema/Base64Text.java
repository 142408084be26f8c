package io.flotilla.apiserver.schema;

/** Base64 as Go's decoder takes it: standard alphabet, padded, line breaks ignored. */
final class Base64Text {
    private Base64Text() {}

    /** Fails where Go fails, with its words and its position. */
    static void check(String text) {
        int quantum = 0;
        int padding = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r') {
                continue;
            }
            boolean pad = c == '=';
            if (pad ? quantum % 4 < 2 || padding > 2 : padding > 0 || !isLetter(c)) {
                throw illegal(i);
            }
            padding += pad ? 1 : 0;
            quantum++;
        }
        if (quantum % 4 != 0) {
            throw illegal(text.length() - text.length() % 4);
        }
    }

    private static boolean isLetter(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    }

    private static TypeErrorException illegal(int position) {
        return new TypeErrorException("illegal base64 data at input byte " + position);
    }
}
