package io.flotilla.apiserver.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.registry.ServedVersion;

/** What a request other than a list or a watch is answered with. */
public sealed interface Answer {
    /** HTTP status code. */
    int code();

    /** An object as it is stored; its bytes can be sent as they are. */
    record Stored(int code, ServedVersion version, CachedObject object) implements Answer {}

    /** An object made for the answer. */
    record Made(int code, ObjectNode object) implements Answer {}
}
