package io.flotilla.apiserver.pipeline;

import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.schema.ResourceInfo;

/**
 * What a request is about.
 *
 * @param resource in the version of the request
 * @param namespace empty for all namespaces or cluster scope
 * @param name empty for a collection
 * @param subresource empty for the resource itself
 */
public record Target(ResourceInfo resource, String namespace, String name, String subresource) {

    public Attributes attributes(String verb) {
        return new Attributes(
                verb, resource.group(), resource.version(), resource.resource(), subresource, namespace, name, "");
    }

    Target inNamespace(String other) {
        return new Target(resource, other, name, subresource);
    }
}
