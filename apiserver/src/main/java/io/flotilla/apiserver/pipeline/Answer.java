package io.flotilla.apiserver.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.registry.ServedVersion;
import java.util.List;

/** What a request other than a list or a watch is answered with. */
public sealed interface Answer {
    /** HTTP status code. */
    int code();

    /** An object as it is stored, in the version asked for if someone must be asked for that. */
    record Stored(int code, ServedVersion version, CachedObject object) implements Answer {
        public Stored {
            object = version.shown(List.of(object)).getFirst();
        }
    }

    /** An object made for the answer. */
    record Made(int code, ObjectNode object) implements Answer {}
}
