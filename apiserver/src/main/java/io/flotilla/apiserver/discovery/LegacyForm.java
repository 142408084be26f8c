package io.flotilla.apiserver.discovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.SubresourceInfo;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The documents that every client has understood since v1: APIVersions, APIGroupList, APIGroup, APIResourceList. */
final class LegacyForm {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Schema schema;

    LegacyForm(Schema schema) {
        this.schema = schema;
    }

    ObjectNode versions(Collection<String> versions, String serverAddress) {
        ObjectNode object = NODES.objectNode().put("kind", "APIVersions");
        object.set("versions", Discovery.texts(versions));
        object.putArray("serverAddressByClientCIDRs")
                .addObject()
                .put("clientCIDR", "0.0.0.0/0")
                .put("serverAddress", serverAddress);
        return object;
    }

    ObjectNode groups(Map<String, Map<String, List<ResourceInfo>>> groups) {
        ObjectNode list = NODES.objectNode().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode array = list.putArray("groups");
        groups.forEach((group, versions) -> array.add(group(group, versions.keySet())));
        return list;
    }

    ObjectNode group(String group, Collection<String> versions) {
        ObjectNode object = NODES.objectNode().put("name", group);
        ArrayNode array = object.putArray("versions");
        versions.forEach(version -> array.add(version(group, version)));
        object.set("preferredVersion", version(group, versions.iterator().next()));
        return object;
    }

    private static ObjectNode version(String group, String version) {
        return NODES.objectNode().put("groupVersion", group + "/" + version).put("version", version);
    }

    ObjectNode resources(String groupVersion, List<ResourceInfo> resources) {
        ObjectNode list = NODES.objectNode()
                .put("kind", "APIResourceList")
                .put("apiVersion", "v1")
                .put("groupVersion", groupVersion);
        ArrayNode array = list.putArray("resources");
        for (ResourceInfo resource : resources) {
            ObjectNode object = array.addObject()
                    .put("name", resource.resource())
                    .put("singularName", resource.singular())
                    .put("namespaced", resource.namespaced())
                    .put("kind", resource.kind());
            object.set("verbs", Discovery.texts(resource.verbs()));
            if (!resource.shortNames().isEmpty()) {
                object.set("shortNames", Discovery.texts(resource.shortNames()));
            }
            if (!resource.categories().isEmpty()) {
                object.set("categories", Discovery.texts(resource.categories()));
            }
            String hash = schema.storageVersionHash(resource);
            if (!hash.isEmpty()) {
                object.put("storageVersionHash", hash);
            }
            schema.subresources(resource).values().forEach(each -> array.add(subresource(resource, each)));
        }
        return list;
    }

    private static ObjectNode subresource(ResourceInfo resource, SubresourceInfo subresource) {
        ObjectNode object = NODES.objectNode()
                .put("name", resource.resource() + "/" + subresource.name())
                .put("singularName", "")
                .put("namespaced", resource.namespaced());
        if (!subresource.apiVersion().equals(resource.apiVersion())) {
            object.put("group", subresource.group()).put("version", subresource.version());
        }
        object.put("kind", subresource.kind());
        object.set("verbs", Discovery.texts(httpVerbs(subresource.verbs())));
        return object;
    }

    /** Discovery does not name connect: it names the verbs of the methods by which one connects. */
    static List<String> httpVerbs(Set<String> verbs) {
        return verbs.stream().filter(verb -> !verb.equals("connect")).toList();
    }
}
