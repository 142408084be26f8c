package io.flotilla.apiserver.schema;

import java.util.List;
import java.util.Set;

/**
 * A served resource in one version of its group, as discovery tells it.
 *
 * @param group API group, empty for the core group
 * @param version served version, such as {@code v1}
 * @param resource plural name as it stands in paths, such as {@code pods}
 * @param kind kind of one object
 * @param singular singular name
 * @param namespaced whether objects live in a namespace
 * @param verbs verbs of the resource itself, in discovery's spelling
 * @param shortNames such as {@code po}
 * @param categories such as {@code all}
 * @param storageVersion apiVersion in which objects are stored, such as {@code autoscaling/v2}; its group may differ from
 *     the resource's own (events)
 * @param storagePrefix etcd key prefix without a trailing slash, such as {@code /registry/services/specs}
 * @param subresources names of the subresources, such as {@code status}
 */
public record ResourceInfo(
        String group,
        String version,
        String resource,
        String kind,
        String singular,
        boolean namespaced,
        Set<String> verbs,
        List<String> shortNames,
        List<String> categories,
        String storageVersion,
        String storagePrefix,
        Set<String> subresources) {

    /** Returns {@code version} for the core group, else {@code group/version}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** Returns {@code resource} for the core group, else {@code resource.group}: the form of error messages. */
    public String qualifiedResource() {
        return group.isEmpty() ? resource : resource + "." + group;
    }

    /** Whether this is the version in which objects are stored. */
    public boolean isStorageVersion() {
        return storageVersion.equals(apiVersion());
    }

    /** Returns the etcd key of one object. */
    public String storageKey(String namespace, String name) {
        return namespaced ? storagePrefix + "/" + namespace + "/" + name : storagePrefix + "/" + name;
    }
}
