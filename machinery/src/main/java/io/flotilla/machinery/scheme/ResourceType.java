package io.flotilla.machinery.scheme;

import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * A resource of the API together with the class its objects have inside a component.
 *
 * @param group API group, empty for the core group
 * @param version API version, such as {@code v1}
 * @param resource plural name, such as {@code pods}
 * @param kind kind of one object
 * @param namespaced whether objects live in a namespace
 * @param objectClass class of one object
 */
public record ResourceType<T extends HasMetadata>(
        String group, String version, String resource, String kind, boolean namespaced, Class<T> objectClass) {

    /** Returns {@code version} for the core group, else {@code group/version}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    @Override
    public String toString() {
        return group.isEmpty() ? resource : resource + "." + group;
    }
}
