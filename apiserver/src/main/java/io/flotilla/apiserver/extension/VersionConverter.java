package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.StatusException;

/** Turns objects of a defined kind from one version into another, in place. */
@FunctionalInterface
interface VersionConverter {
    /** The versions differ in name alone. */
    VersionConverter NONE = (_, _) -> {};

    /** What the definition says of conversion. */
    static VersionConverter of(Definition definition) {
        String strategy = definition.conversion().path("strategy").asText("None");
        return strategy.equals("None")
                ? NONE
                : (object, _) -> {
                    throw StatusException.internal("conversion webhook for "
                            + object.path("apiVersion").asText() + ", Kind="
                            + definition.names().kind() + " failed: this server calls no conversion webhooks");
                };
    }

    /**
     * Converts an object; its apiVersion is set by the caller.
     *
     * @throws io.flotilla.apiserver.request.StatusException whoever converts does not answer, or not sensibly
     */
    void convert(ObjectNode object, String apiVersion);
}
