package io.flotilla.apiserver.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.StructType;

/** Applies patches to trees. */
@FunctionalInterface
public interface Patcher {
    /** The kinds of patches, by media type. */
    enum Type {
        JSON("application/json-patch+json"),
        MERGE("application/merge-patch+json"),
        STRATEGIC("application/strategic-merge-patch+json"),
        APPLY("application/apply-patch+yaml");

        private final String mediaType;

        Type(String mediaType) {
            this.mediaType = mediaType;
        }

        public String mediaType() {
            return mediaType;
        }
    }

    /**
     * Returns the patched object; the given one may be changed. Fails with a Status.
     *
     * @param type type of the object, for strategic merge
     */
    ObjectNode patch(Type patchType, byte[] patch, ObjectNode object, StructType type);
}
