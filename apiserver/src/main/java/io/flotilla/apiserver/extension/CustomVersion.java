package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.extension.structural.KindForm;
import io.flotilla.apiserver.schema.Column;
import io.flotilla.apiserver.schema.CustomResource;
import io.flotilla.apiserver.schema.FieldSelectors;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.SubresourceInfo;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One version of a defined kind, in the terms of the table of types. */
final class CustomVersion implements CustomResource {
    private static final Set<String> VERBS =
            words("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch");
    private static final Set<String> SUBRESOURCE_VERBS = words("get", "patch", "update");

    private final Definition definition;
    private final Definition.Version version;
    private final ResourceInfo info;
    private final StructType type;
    private final StructType listType;
    private final Map<String, SubresourceInfo> subresources = new LinkedHashMap<>();
    private final List<Column> columns = new ArrayList<>();
    private final List<JsonPath> paths = new ArrayList<>();

    CustomVersion(Definition definition, Definition.Version version, Schema types) {
        this.definition = definition;
        this.version = version;
        Definition.Names names = definition.names();
        info = new ResourceInfo(
                definition.group(),
                version.name(),
                names.plural(),
                names.kind(),
                names.singular(),
                definition.namespaced(),
                VERBS,
                names.shortNames(),
                names.categories(),
                definition.apiVersion(definition.storage()),
                "/registry/" + definition.group() + "/" + names.plural(),
                definition.subresources(version));
        type = KindForm.type(openApiName(), version.schema(), types);
        listType = KindForm.listType(type, names.kind());
        if (version.scale().isObject()) {
            StructType scale = types.named("autoscaling/v1.Scale").orElseThrow();
            subresources.put(
                    "scale", new SubresourceInfo("scale", "autoscaling", "v1", "Scale", SUBRESOURCE_VERBS, scale));
        }
        if (version.status()) {
            subresources.put(
                    "status",
                    new SubresourceInfo(
                            "status", definition.group(), version.name(), names.kind(), SUBRESOURCE_VERBS, type));
        }
        readColumns();
    }

    private static Set<String> words(String... words) {
        return Collections.unmodifiableSet(new LinkedHashSet<>(Arrays.asList(words)));
    }

    /** {@code com.example.stable.v1.CronTab}: the group's parts backwards. */
    private String openApiName() {
        List<String> parts = new ArrayList<>(List.of(definition.group().split("\\.")));
        Collections.reverse(parts);
        return String.join(".", parts) + "." + version.name() + "."
                + definition.names().kind();
    }

    private void readColumns() {
        columns.add(new Column("Name", "string", "name", 0));
        for (JsonNode column : version.columns()) {
            columns.add(new Column(
                    column.path("name").asText(),
                    column.path("type").asText(),
                    column.path("format").asText(""),
                    column.path("priority").asInt(0)));
            paths.add(JsonPath.parse(column.path("jsonPath").asText()));
        }
        if (version.columns().isEmpty()) {
            columns.add(new Column("Age", "date", "", 0));
            paths.add(JsonPath.parse(".metadata.creationTimestamp"));
        }
    }

    Definition.Version version() {
        return version;
    }

    /** By each version of the kind, the names that lead to the count of replicas, none where it has no scale. */
    Map<String, List<String>> replicasPaths() {
        Map<String, List<String>> paths = new LinkedHashMap<>();
        for (Definition.Version each : definition.versions()) {
            paths.put(
                    definition.apiVersion(each),
                    JsonPath.parse(each.scale().path("specReplicasPath").asText(""))
                            .names());
        }
        return paths;
    }

    @Override
    public ResourceInfo info() {
        return info;
    }

    @Override
    public boolean served() {
        return version.served();
    }

    @Override
    public StructType type() {
        return type;
    }

    @Override
    public StructType listType() {
        return listType;
    }

    @Override
    public Map<String, SubresourceInfo> subresources() {
        return subresources;
    }

    @Override
    public String storageVersionHash() {
        byte[] name = (definition.group() + "/" + definition.storage().name() + "/"
                        + definition.names().kind())
                .getBytes(StandardCharsets.UTF_8);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name);
            return Base64.getEncoder().encodeToString(Arrays.copyOf(hash, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("The Java runtime lacks SHA-256", e);
        }
    }

    @Override
    public FieldSelectors selectors() {
        Map<String, String> paths = new LinkedHashMap<>();
        paths.put("metadata.name", "metadata.name");
        paths.put("metadata.namespace", "metadata.namespace");
        version.selectableFields().forEach(path -> paths.put(path, path));
        return new FieldSelectors(info.kind(), paths);
    }

    @Override
    public List<Column> columns() {
        return columns;
    }

    @Override
    public List<JsonNode> cells(ObjectNode object) {
        return paths.stream().map(path -> path.find(object)).toList();
    }

    @Override
    public String deprecationWarning() {
        if (!version.deprecated()) {
            return "";
        }
        return version.deprecationWarning().isEmpty()
                ? info.apiVersion() + " " + info.kind() + " is deprecated"
                : version.deprecationWarning();
    }

    @Override
    public String fingerprint() {
        return definition.content();
    }
}
