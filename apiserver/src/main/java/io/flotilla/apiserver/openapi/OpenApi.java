package io.flotilla.apiserver.openapi;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.discovery.Document;
import io.flotilla.apiserver.discovery.RemoteVersion;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.SubresourceInfo;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The OpenAPI documents of what is served. Built when first asked for, kept as long as memory allows. Safe from any
 * thread.
 */
public final class OpenApi {
    /** Media type of the protobuf form of v2, which clients before kubectl 1.27 ask for, spelt with an @ as well. */
    public static final String V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /** Part of every hash: advance it with each change of how documents are written, as clients keep them by hash. */
    private static final String FORM = "3";

    private static final String PROTOBUF = " protobuf";

    private final Schema schema;
    private final String tableHash;
    private volatile State state;

    /** What is served at one time, and the documents that describe it. */
    private record State(
            long generation,
            Map<String, List<ResourceInfo>> groupVersions,
            Map<String, SoftReference<Document>> documents) {}

    public OpenApi(Schema schema) {
        this.schema = schema;
        tableHash = schema.fingerprint();
        state = state(schema, Map.of());
    }

    /** @param kept documents of group versions, which custom resources that come or go elsewhere leave alone */
    private static State state(Schema schema, Map<String, SoftReference<Document>> kept) {
        long generation = schema.generation();
        Map<String, List<ResourceInfo>> groupVersions = new TreeMap<>();
        schema.resources().forEach(resource -> add(groupVersions, resource));
        kept.keySet().retainAll(groupVersions.keySet());
        schema.customResources().stream()
                .sorted(Comparator.comparing(ResourceInfo::resource))
                .forEach(resource -> add(groupVersions, resource));
        return new State(generation, groupVersions, new ConcurrentHashMap<>(kept));
    }

    private static void add(Map<String, List<ResourceInfo>> groupVersions, ResourceInfo resource) {
        String path = resource.group().isEmpty() ? "api/" + resource.version() : "apis/" + resource.apiVersion();
        groupVersions.computeIfAbsent(path, _ -> new ArrayList<>()).add(resource);
    }

    private State state() {
        State current = state;
        if (current.generation() != schema.generation()) {
            current = state(schema, new HashMap<>(current.documents()));
            state = current;
        }
        return current;
    }

    /**
     * {@code /openapi/v3}: the paths of the documents, each with the hash by which clients keep it.
     *
     * @param remote what other servers serve in this one's name
     */
    public Document v3Index(List<RemoteVersion> remote) {
        ObjectNode root = NODES.objectNode();
        ObjectNode paths = root.putObject("paths");
        state().groupVersions()
                .keySet()
                .forEach(path ->
                        paths.putObject(path).put("serverRelativeURL", "/openapi/v3/" + path + "?hash=" + hash(path)));
        remote.forEach(each -> {
            paths.remove(each.path());
            if (!each.openApi().isEmpty()) {
                paths.putObject(each.path()).put("serverRelativeURL", each.openApi());
            }
        });
        return new Document(JsonCodec.encode(root), "application/json");
    }

    /** Hash of a group version's document; it needs not be built to tell. */
    public String hash(String path) {
        StringBuilder custom = new StringBuilder();
        for (ResourceInfo resource : state().groupVersions().getOrDefault(path, List.of())) {
            schema.custom(resource).ifPresent(each -> custom.append(each.fingerprint()));
        }
        return Document.hash((FORM + tableHash + path + custom).getBytes(StandardCharsets.UTF_8));
    }

    /** {@code /openapi/v3/<path>}, such as {@code apis/apps/v1}; nothing where nothing is served. */
    public Optional<Document> v3(String path) {
        List<ResourceInfo> resources = state().groupVersions().get(path);
        return resources == null
                ? Optional.empty()
                : Optional.of(kept(path, () -> new Document(JsonCodec.encode(v3(resources)), "application/json")));
    }

    /**
     * {@code /openapi/v2}, as protobuf if that is what the client asks for first.
     *
     * @param remote what other servers serve in this one's name
     */
    public Document v2(String accept, List<RemoteVersion> remote) {
        StringBuilder kept = new StringBuilder("v2");
        remote.forEach(each -> kept.append(' ')
                .append(each.path())
                .append(' ')
                .append(each.description().hash()));
        String key = kept.toString();
        state().documents()
                .keySet()
                .removeIf(each -> each.startsWith("v2") && !each.equals(key) && !each.equals(key + PROTOBUF));
        for (String clause : accept.split(",")) {
            String media = clause.split(";", -1)[0].strip();
            if (media.equals(V2_PROTOBUF)
                    || media.equals("application/com.github.proto-openapi.spec.v2@v1.0+protobuf")) {
                return kept(key + PROTOBUF, () -> new Document(GnosticV2.encode(v2(remote)), V2_PROTOBUF));
            }
            if (media.equals("application/json") || media.equals("*/*") || media.equals("application/*")) {
                break;
            }
        }
        return kept(key, () -> new Document(JsonCodec.encode(v2(remote)), "application/json"));
    }

    private Document kept(String key, Supplier<Document> build) {
        Map<String, SoftReference<Document>> documents = state().documents();
        SoftReference<Document> reference = documents.get(key);
        Document document = reference == null ? null : reference.get();
        if (document == null) {
            // Two that ask at once may both build: the same bytes.
            document = build.get();
            documents.put(key, new SoftReference<>(document));
        }
        return document;
    }

    private ObjectNode v3(List<ResourceInfo> resources) {
        Definitions definitions = new Definitions(Definitions.Form.V3, Descriptions.load(), kinds()::of, schema);
        Paths paths = new Paths(Definitions.Form.V3, definitions, schema);
        resources.forEach(paths::add);
        schema.kind("v1", "DeleteOptions").ifPresent(definitions::reference);
        ObjectNode root = NODES.objectNode().put("openapi", "3.0.0");
        root.set("info", info());
        root.set("paths", paths.tree());
        root.putObject("components").set("schemas", definitions.tree());
        return root;
    }

    private ObjectNode v2(List<RemoteVersion> remote) {
        Definitions definitions = new Definitions(Definitions.Form.V2, Descriptions.load(), kinds()::of, schema);
        Paths paths = new Paths(Definitions.Form.V2, definitions, schema);
        state().groupVersions().values().forEach(resources -> resources.forEach(paths::add));
        schema.kind("v1", "DeleteOptions").ifPresent(definitions::reference);
        ObjectNode root = NODES.objectNode().put("swagger", "2.0");
        root.set("info", info());
        root.set("paths", paths.tree());
        root.set("definitions", definitions.tree());
        remote.forEach(each -> RemoteDescription.merge(root, each));
        return root;
    }

    private static ObjectNode info() {
        return NODES.objectNode().put("title", "Kubernetes").put("version", "v1.36.2");
    }

    private Kinds kinds() {
        return new Kinds();
    }

    /** Which group, version and kind each type is. */
    private final class Kinds {
        private final Map<String, List<ObjectNode>> byType = new HashMap<>();

        Kinds() {
            Map<String, ObjectNode> seen = new LinkedHashMap<>();
            List<ResourceInfo> resources = new ArrayList<>(schema.resources());
            resources.addAll(schema.customResources());
            for (ResourceInfo resource : resources) {
                put(seen, schema.type(resource), resource.group(), resource.version(), resource.kind());
                String list = resource.kind() + "List";
                schema.listType(resource)
                        .ifPresent(type -> put(seen, type, resource.group(), resource.version(), list));
                for (SubresourceInfo subresource : schema.subresources(resource).values()) {
                    put(seen, subresource.type(), subresource.group(), subresource.version(), subresource.kind());
                }
                for (String shared : List.of("DeleteOptions", "WatchEvent")) {
                    schema.kind("v1", shared)
                            .ifPresent(type -> put(seen, type, resource.group(), resource.version(), shared));
                }
            }
            schema.kind("v1", "Status").ifPresent(type -> put(seen, type, "", "v1", "Status"));
        }

        private void put(Map<String, ObjectNode> seen, StructType type, String group, String version, String kind) {
            ObjectNode node =
                    NODES.objectNode().put("group", group).put("kind", kind).put("version", version);
            if (seen.put(type.name() + node, node) == null) {
                byType.computeIfAbsent(type.name(), _ -> new ArrayList<>()).add(node);
            }
        }

        List<ObjectNode> of(StructType type) {
            return byType.getOrDefault(type.name(), List.of());
        }
    }
}
