package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Turns objects of a defined kind from one version into another, in place. */
@FunctionalInterface
interface VersionConverter {
    /** The versions differ in name alone. */
    VersionConverter NONE = (_, _) -> {};

    /**
     * Converts an object; its apiVersion is set by the caller.
     *
     * @throws io.flotilla.apiserver.request.StatusException whoever converts does not answer, or not sensibly
     */
    void convert(ObjectNode object, String apiVersion);
}
