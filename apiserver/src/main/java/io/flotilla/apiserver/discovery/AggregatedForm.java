package io.flotilla.apiserver.discovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.SubresourceInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** APIGroupDiscoveryList: every group, version, resource and subresource in one document. */
final class AggregatedForm {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** The served versions of apidiscovery.k8s.io. */
    enum Version {
        V2("v2"),
        V2BETA1("v2beta1");

        private final String text;

        Version(String text) {
            this.text = text;
        }

        String contentType() {
            return "application/json;g=apidiscovery.k8s.io;v=" + text + ";as=APIGroupDiscoveryList";
        }

        /** The first of the accepted media types decides; null if that is not an aggregated form. */
        static @Nullable Version accepted(String accept) {
            for (String clause : accept.split(",")) {
                String[] parts = clause.split(";", -1);
                String media = parts[0].strip().toLowerCase(Locale.ROOT);
                if (!media.equals("application/json") && !media.equals("*/*") && !media.equals("application/*")) {
                    continue;
                }
                String as = "";
                String version = "";
                String group = "";
                for (String part : parts) {
                    String parameter = part.strip();
                    if (parameter.startsWith("as=")) {
                        as = parameter.substring(3);
                    } else if (parameter.startsWith("v=")) {
                        version = parameter.substring(2);
                    } else if (parameter.startsWith("g=")) {
                        group = parameter.substring(2);
                    }
                }
                if (as.isEmpty()) {
                    return null;
                }
                for (Version each : values()) {
                    if (as.equals("APIGroupDiscoveryList")
                            && group.equals("apidiscovery.k8s.io")
                            && version.equals(each.text)) {
                        return each;
                    }
                }
            }
            return null;
        }
    }

    private final Schema schema;

    AggregatedForm(Schema schema) {
        this.schema = schema;
    }

    /** @param remote those versions whose resources other servers told */
    ObjectNode list(Version form, Map<String, Map<String, List<ResourceInfo>>> groups, List<RemoteVersion> remote) {
        Map<String, RemoteVersion> others = new HashMap<>();
        remote.forEach(each -> others.put(each.group() + "/" + each.version(), each));
        ObjectNode list = NODES.objectNode()
                .put("kind", "APIGroupDiscoveryList")
                .put("apiVersion", "apidiscovery.k8s.io/" + form.text);
        list.putObject("metadata");
        ArrayNode items = list.putArray("items");
        groups.forEach((group, versions) -> {
            ObjectNode item = items.addObject();
            ObjectNode metadata = item.putObject("metadata");
            if (!group.isEmpty()) {
                metadata.put("name", group);
            }
            ArrayNode array = item.putArray("versions");
            versions.forEach((version, resources) -> {
                ObjectNode object = array.addObject().put("version", version);
                RemoteVersion other = others.get(group + "/" + version);
                if (other == null) {
                    ArrayNode served = object.putArray("resources");
                    resources.forEach(resource -> served.add(resource(resource)));
                } else if (!other.resources().isEmpty()) {
                    object.set("resources", other.resources());
                }
                object.put("freshness", other == null || other.current() ? "Current" : "Stale");
            });
        });
        return list;
    }

    private ObjectNode resource(ResourceInfo resource) {
        ObjectNode object = NODES.objectNode().put("resource", resource.resource());
        object.set("responseKind", kind("", "", resource.kind()));
        object.put("scope", resource.namespaced() ? "Namespaced" : "Cluster")
                .put("singularResource", resource.singular());
        object.set("verbs", Discovery.texts(resource.verbs()));
        if (!resource.shortNames().isEmpty()) {
            object.set("shortNames", Discovery.texts(resource.shortNames()));
        }
        if (!resource.categories().isEmpty()) {
            object.set("categories", Discovery.texts(resource.categories()));
        }
        Map<String, SubresourceInfo> subresources = schema.subresources(resource);
        if (!subresources.isEmpty()) {
            ArrayNode array = object.putArray("subresources");
            for (SubresourceInfo subresource : subresources.values()) {
                ObjectNode each = array.addObject().put("subresource", subresource.name());
                boolean own = subresource.apiVersion().equals(resource.apiVersion());
                each.set(
                        "responseKind",
                        own
                                ? kind("", "", subresource.kind())
                                : kind(subresource.group(), subresource.version(), subresource.kind()));
                each.set("verbs", Discovery.texts(LegacyForm.httpVerbs(subresource.verbs())));
            }
        }
        return object;
    }

    /** The group and version of the list itself are left empty. */
    private static ObjectNode kind(String group, String version, String kind) {
        return NODES.objectNode().put("group", group).put("version", version).put("kind", kind);
    }
}
