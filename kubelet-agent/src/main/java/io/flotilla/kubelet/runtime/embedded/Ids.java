package io.flotilla.kubelet.runtime.embedded;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Identifiers of sandboxes and containers: 64 hexadecimal digits, as container runtimes make them. */
public final class Ids {

    private static final int BYTES = 32;

    private Ids() {}

    public static String next(RandomGenerator random) {
        byte[] id = new byte[BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }
}
