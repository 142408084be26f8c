package io.flotilla.apiserver.authz;

/**
 * What is asked to be done.
 *
 * @param verb as RBAC spells it, such as {@code deletecollection}
 * @param group API group of the resource
 * @param resource plural name; empty for a path that is no resource
 * @param path the path, for what is no resource
 */
public record Attributes(
        String verb,
        String group,
        String version,
        String resource,
        String subresource,
        String namespace,
        String name,
        String path) {

    public static Attributes ofPath(String verb, String path) {
        return new Attributes(verb, "", "", "", "", "", "", path);
    }

    public boolean isResource() {
        return !resource.isEmpty();
    }

    /** {@code pods} or {@code pods/log}. */
    public String resourcePath() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }
}
