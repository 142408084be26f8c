package io.flotilla.apiserver.rest;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Takes whole requests from the connections. */
@FunctionalInterface
interface RequestSink {
    /** Limit of a request's body in bytes, as in Kubernetes. */
    int MAX_BODY = 3 * 1024 * 1024;

    /** Called on an event loop; must not block. */
    void accept(Exchange exchange);

    /** Whether clients should take their next requests elsewhere. */
    default boolean isStopping() {
        return false;
    }

    /** Decodes a path, in which a plus sign is itself; throws IllegalArgumentException for a broken escape. */
    static String decodePath(String path) {
        return path.indexOf('%') < 0 ? path : URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
