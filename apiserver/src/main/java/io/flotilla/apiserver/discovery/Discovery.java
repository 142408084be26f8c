package io.flotilla.apiserver.discovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The discovery documents. Each is built when first asked for and kept until other custom resources are served, or other
 * servers serve other resources in this one's name. Which form of {@code /api} and {@code /apis} is
 * sent follows from the Accept header: KEP-3352 (aggregated discovery).
 */
public final class Discovery {
    private static final String JSON = "application/json";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Priorities of the groups, which are the order in which kubectl resolves ambiguous names. */
    private static final Map<String, Integer> PRIORITIES = Map.ofEntries(
            Map.entry("apiregistration.k8s.io", 20_001),
            Map.entry("apps", 17_800),
            Map.entry("events.k8s.io", 17_750),
            Map.entry("authentication.k8s.io", 17_700),
            Map.entry("authorization.k8s.io", 17_600),
            Map.entry("autoscaling", 17_500),
            Map.entry("batch", 17_400),
            Map.entry("certificates.k8s.io", 17_300),
            Map.entry("networking.k8s.io", 17_200),
            Map.entry("extensions", 17_150),
            Map.entry("policy", 17_100),
            Map.entry("rbac.authorization.k8s.io", 17_000),
            Map.entry("storage.k8s.io", 16_800),
            Map.entry("admissionregistration.k8s.io", 16_700),
            Map.entry("apiextensions.k8s.io", 16_700),
            Map.entry("scheduling.k8s.io", 16_600),
            Map.entry("coordination.k8s.io", 16_500),
            Map.entry("node.k8s.io", 16_300),
            Map.entry("discovery.k8s.io", 16_200),
            Map.entry("resource.k8s.io", 16_200),
            Map.entry("flowcontrol.apiserver.k8s.io", 16_100),
            Map.entry("metrics.k8s.io", 100));

    private static final int CUSTOM_GROUP_PRIORITY = 1000;
    private static final int LOCAL_VERSION_PRIORITY = 15;

    private final Schema schema;
    private final LegacyForm legacy;
    private final AggregatedForm aggregated;
    private final Supplier<List<RemoteVersion>> remote;
    private volatile State state;

    /** What is served at one time, and the documents that say so. */
    private record State(
            long generation,
            List<RemoteVersion> remote,
            Map<String, Map<String, List<ResourceInfo>>> groups,
            Map<String, Document> documents) {}

    public Discovery(Schema schema) {
        this(schema, List::of);
    }

    /** @param remote what other servers serve in this one's name: another list when that changes, and only then */
    public Discovery(Schema schema, Supplier<List<RemoteVersion>> remote) {
        this.schema = schema;
        this.remote = remote;
        legacy = new LegacyForm(schema);
        aggregated = new AggregatedForm(schema);
        state = state(schema, List.of());
    }

    private static State state(Schema schema, List<RemoteVersion> remote) {
        long generation = schema.generation();
        Map<String, Map<String, List<ResourceInfo>>> groups = new HashMap<>();
        List<ResourceInfo> resources = new ArrayList<>(schema.resources());
        resources.addAll(schema.customResources());
        resources.sort(ApiVersions.PREFERRED_FIRST);
        for (ResourceInfo resource : resources) {
            groups.computeIfAbsent(resource.group(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(resource.version(), _ -> new ArrayList<>())
                    .add(resource);
        }
        remote.forEach(each ->
                groups.computeIfAbsent(each.group(), _ -> new LinkedHashMap<>()).put(each.version(), List.of()));
        return new State(generation, remote, ordered(groups, remote), new ConcurrentHashMap<>());
    }

    /** Groups and versions by their priority; among equals groups by name, versions the most stable first. */
    private static Map<String, Map<String, List<ResourceInfo>>> ordered(
            Map<String, Map<String, List<ResourceInfo>>> groups, List<RemoteVersion> remote) {
        Map<String, Integer> groupPriorities = new HashMap<>(PRIORITIES);
        Map<String, Integer> versionPriorities = new HashMap<>();
        for (RemoteVersion each : remote) {
            groupPriorities.merge(each.group(), each.groupPriority(), Math::max);
            versionPriorities.put(each.path(), each.versionPriority());
        }
        Map<String, Map<String, List<ResourceInfo>>> ordered = new LinkedHashMap<>();
        ordered.put("", groups.getOrDefault("", Map.of()));
        groups.keySet().stream()
                .filter(group -> !group.isEmpty())
                .sorted(Comparator.comparing(
                                (String group) -> groupPriorities.getOrDefault(group, CUSTOM_GROUP_PRIORITY),
                                Comparator.reverseOrder())
                        .thenComparing(Comparator.naturalOrder()))
                .forEach(group -> {
                    Map<String, List<ResourceInfo>> versions = new LinkedHashMap<>();
                    groups.getOrDefault(group, Map.of()).entrySet().stream()
                            .sorted(Comparator.comparing(
                                            (Map.Entry<String, List<ResourceInfo>> version) ->
                                                    versionPriorities.getOrDefault(
                                                            "apis/" + group + "/" + version.getKey(),
                                                            LOCAL_VERSION_PRIORITY),
                                            Comparator.reverseOrder())
                                    .thenComparing(Map.Entry::getKey, ApiVersions.ORDER))
                            .forEach(version -> versions.put(version.getKey(), version.getValue()));
                    ordered.put(group, versions);
                });
        return ordered;
    }

    @SuppressWarnings("ReferenceEquality") // lists are told apart by identity
    private State state() {
        State current = state;
        List<RemoteVersion> others = remote.get();
        if (current.generation() != schema.generation() || current.remote() != others) {
            // Two that ask at once may both build: the same documents.
            current = state(schema, others);
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
                : document("/api " + form, form.contentType(), () -> aggregated.list(form, core(), state().remote()));
    }

    /** {@code /apis}: every other group. */
    public Document apis(String accept) {
        AggregatedForm.Version form = AggregatedForm.Version.accepted(accept);
        return form == null
                ? document("/apis", JSON, () -> legacy.groups(named()))
                : document("/apis " + form, form.contentType(), () -> aggregated.list(form, named(), state().remote()));
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
        if (resources == null || resources.isEmpty()) {
            return Optional.empty();
        }
        String groupVersion = group.isEmpty() ? version : group + "/" + version;
        return Optional.of(document(groupVersion, JSON, () -> legacy.resources(groupVersion, resources)));
    }

    /** What other servers serve in this one's name. */
    public List<RemoteVersion> remote() {
        return remote.get();
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
