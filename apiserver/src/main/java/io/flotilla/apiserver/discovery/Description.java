package io.flotilla.apiserver.discovery;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * An OpenAPI v2 document of another server. Two are equal if their hashes are.
 *
 * @param hash empty for a server that describes nothing
 * @param document not to be changed
 */
public record Description(String hash, ObjectNode document) {
    public static final Description NONE = new Description("", JsonNodeFactory.instance.objectNode());

    @Override
    public boolean equals(Object other) {
        return other instanceof Description(String that, ObjectNode _) && that.equals(hash);
    }

    @Override
    public int hashCode() {
        return hash.hashCode();
    }
}
