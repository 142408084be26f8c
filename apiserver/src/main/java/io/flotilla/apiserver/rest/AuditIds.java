package io.flotilla.apiserver.rest;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Names under which requests can be found again: the client's, else a new one. They need not be hard to guess. */
final class AuditIds {
    private static final int LONGEST = 64;

    private AuditIds() {}

    static String of(String given) {
        if (!given.isEmpty()) {
            return given.length() <= LONGEST ? given : given.substring(0, LONGEST);
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = (random.nextLong() & ~0xf000L) | 0x4000L;
        long low = (random.nextLong() & ~(3L << 62)) | (1L << 63);
        return new UUID(high, low).toString();
    }
}
