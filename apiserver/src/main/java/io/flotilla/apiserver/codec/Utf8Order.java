package io.flotilla.apiserver.codec;

import java.util.Comparator;

/** The order of Go's strings: by bytes of UTF-8, which differs from Java's only where surrogates come in. */
final class Utf8Order implements Comparator<String> {
    static final Utf8Order INSTANCE = new Utf8Order();

    private Utf8Order() {}

    @Override
    public int compare(String one, String other) {
        int length = Math.min(one.length(), other.length());
        for (int i = 0; i < length; i++) {
            char a = one.charAt(i);
            char b = other.charAt(i);
            if (a != b) {
                boolean oneHigh = Character.isSurrogate(a);
                boolean otherHigh = Character.isSurrogate(b);
                return oneHigh == otherHigh ? Character.compare(a, b) : oneHigh ? 1 : -1;
            }
        }
        return Integer.compare(one.length(), other.length());
    }
}
