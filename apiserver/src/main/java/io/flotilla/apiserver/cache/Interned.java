package io.flotilla.apiserver.cache;

/**
 * Shares equal strings among cached objects: labels and selectable fields repeat across thousands of them. A fixed
 * table that forgets, so that it holds nothing for long; races only cost a duplicate.
 */
final class Interned {
    private static final int MAX_LENGTH = 128;
    private static final String[] TABLE = new String[4096];

    private Interned() {}

    static String of(String value) {
        if (value.length() > MAX_LENGTH) {
            return value;
        }
        int hash = value.hashCode();
        int slot = (hash ^ (hash >>> 12)) & (TABLE.length - 1);
        String known = TABLE[slot];
        if (value.equals(known)) {
            return known;
        }
        TABLE[slot] = value;
        return value;
    }
}
