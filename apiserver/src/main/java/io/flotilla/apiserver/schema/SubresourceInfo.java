package io.flotilla.apiserver.schema;

import java.util.Set;

/**
 * A subresource as discovery tells it.
 *
 * @param name such as {@code scale}
 * @param group group of the kind that it exchanges, which may differ from the resource's
 * @param version version of that kind
 */
public record SubresourceInfo(
        String name, String group, String version, String kind, Set<String> verbs, StructType type) {

    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }
}
