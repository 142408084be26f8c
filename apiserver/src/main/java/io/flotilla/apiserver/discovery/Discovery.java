package io.flotilla.apiserver.discovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The discovery documents. Each is built when first asked for and kept until other custom resources are served. Which form of {@code /api} and {@code /apis} is
 * sent follows from the Accept header: KEP-3352 (aggregated discovery).
 */
public final class Discovery {
    private static final String JSON = "application/json";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Groups in the order of their priority, which is the order in which kubectl resolves ambiguous names. */
    private static final List<String> GROUPS = List.of(
            "apiregistration.k8s.io",
            "apps",
            "events.k8s.io",
            "authentication.k8s.io",
            "authorization.k8s.io",
            "autoscaling",
            "batch",
            "certificates.k8s.io",
            "networking.k8s.io",
            "policy",
            "rbac.authorization.k8s.io",
            "storage.k8s.io",
            "admissionregistration.k8s.io",
            "apiextensions.k8s.io",
            "scheduling.k8s.io",
            "coordination.k8s.io",
            "node.k8s.io",
            "discovery.k8s.io",
            "resource.k8s.io",
            "flowcontrol.apiserver.k8s.io");

    private final Schema schema;
    private final LegacyForm legacy;
    private final AggregatedForm aggregated;
    private volatile State state;

    /** What is served at one time, and the documents that say so. */
    private record State(
            long generation, Map<String, Map<String, List<ResourceInfo>>> groups, Map<String, Document> documents) {}

    public Discovery(Schema schema) {
        this.schema = schema;
        legacy = new LegacyForm(schema);
        aggregated = new AggregatedForm(schema);
        state = state(schema);
    }

    private static State state(Schema schema) {
        long generation = schema.generation();
        Map<String, Map<String, List<ResourceInfo>>> groups = new LinkedHashMap<>();
        groups.put("", new LinkedHashMap<>());
        GROUPS.forEach(group -> groups.put(group, new LinkedHashMap<>()));
        List<ResourceInfo> resources = new ArrayList<>(schema.resources());
        resources.addAll(schema.customResources());
        resources.sort(ApiVersions.PREFERRED_FIRST);
        for (ResourceInfo resource : resources) {
            groups.computeIfAbsent(resource.group(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(resource.version(), _ -> new ArrayList<>())
                    .add(resource);
        }
        return new State(generation, groups, new ConcurrentHashMap<>());
    }

    private State state() {
        State current = state;
        if (current.generation() != schema.generation()) {
            // Two that ask at once may both build: the same documents.
            current = state(schema);
            state = current;
        }
        return current;
    }

    private Map<String, Map<String, List<ResourceInfo>>> groups() {
        return state().groups();
    }

    /** {@code /api}: the core group. */
    public Document api(String accept, String serverAddress) {
        AggregatedForm.Version form = AggregatedForm.Version.accepted(accept);
        return form == null
                ? Document.of(
                        legacy.versions(groups().getOrDefault("", Map.of()).keySet(), serverAddress), JSON)
                : document("/api " + form, form.contentType(), () -> aggregated.list(form, core()));
    }

    /** {@code /apis}: every other group. */
    public Document apis(String accept) {
        AggregatedForm.Version form = AggregatedForm.Version.accepted(accept);
        return form == null
                ? document("/apis", JSON, () -> legacy.groups(named()))
                : document("/apis " + form, form.contentType(), () -> aggregated.list(form, named()));
    }

    /** Whether what is not found here does not exist. */
    public boolean isComplete() {
        return schema.isComplete();
    }

    /** {@code /apis/<group>}. */
    public Optional<Document> group(String group) {
        Map<String, List<ResourceInfo>> versions = groups().get(group);
        if (group.isEmpty() || versions == null) {
            return Optional.empty();
        }
        return Optional.of(document("/apis/" + group, JSON, () -> {
            ObjectNode object = NODES.objectNode().put("kind", "APIGroup").put("apiVersion", "v1");
            return object.setAll(legacy.group(group, versions.keySet()));
        }));
    }

    /** {@code /api/v1} and {@code /apis/<group>/<version>}. */
    public Optional<Document> resources(String group, String version) {
        List<ResourceInfo> resources = groups().getOrDefault(group, Map.of()).get(version);
        if (resources == null) {
            return Optional.empty();
        }
        String groupVersion = group.isEmpty() ? version : group + "/" + version;
        return Optional.of(document(groupVersion, JSON, () -> legacy.resources(groupVersion, resources)));
    }

    /** Whether the version is the one that clients of the group choose who have no reason for another. */
    public boolean isPreferred(String group, String version) {
        Map<String, List<ResourceInfo>> versions = groups().getOrDefault(group, Map.of());
        return !versions.isEmpty() && versions.keySet().iterator().next().equals(version);
    }

    /** Paths for the index at {@code /}. */
    public List<String> paths() {
        List<String> paths = new ArrayList<>(List.of("/api", "/api/v1", "/apis"));
        named().forEach((group, versions) -> {
            paths.add("/apis/" + group);
            versions.keySet().forEach(version -> paths.add("/apis/" + group + "/" + version));
        });
        return paths;
    }

    private Map<String, Map<String, List<ResourceInfo>>> core() {
        return Map.of("", groups().getOrDefault("", Map.of()));
    }

    private Map<String, Map<String, List<ResourceInfo>>> named() {
        Map<String, Map<String, List<ResourceInfo>>> named = new LinkedHashMap<>(groups());
        named.remove("");
        return named;
    }

    private Document document(String key, String contentType, Supplier<ObjectNode> tree) {
        return state().documents().computeIfAbsent(key, _ -> Document.of(tree.get(), contentType));
    }

    static ArrayNode texts(Iterable<String> values) {
        ArrayNode array = NODES.arrayNode();
        values.forEach(array::add);
        return array;
    }
}
