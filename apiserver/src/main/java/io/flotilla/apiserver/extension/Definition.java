package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.extension.structural.Structural;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A CustomResourceDefinition as it was accepted. Immutable.
 *
 * @param name {@code <plural>.<group>}
 * @param content all of it that matters to serving, to tell whether anything has changed
 * @param schemas the part of that content which decides what stored objects look like
 */
record Definition(
        String name,
        String group,
        Names names,
        boolean namespaced,
        List<Version> versions,
        JsonNode conversion,
        boolean established,
        boolean terminating,
        String content,
        String schemas) {

    /** The names under which the kind is known. */
    record Names(
            String plural,
            String singular,
            String kind,
            String listKind,
            List<String> shortNames,
            List<String> categories) {

        static Names of(JsonNode names) {
            return new Names(
                    names.path("plural").asText(""),
                    names.path("singular").asText(""),
                    names.path("kind").asText(""),
                    names.path("listKind").asText(""),
                    texts(names.path("shortNames")),
                    texts(names.path("categories")));
        }
    }

    /** One version. */
    record Version(
            String name,
            boolean served,
            boolean storage,
            boolean deprecated,
            String deprecationWarning,
            Structural schema,
            boolean status,
            JsonNode scale,
            List<JsonNode> columns,
            List<String> selectableFields) {}

    static Definition of(ObjectNode object) {
        JsonNode spec = object.path("spec");
        JsonNode status = object.path("status");
        List<Version> versions = new ArrayList<>();
        spec.path("versions").forEach(each -> versions.add(version(each)));
        boolean established = isTrue(status, "Established");
        boolean terminating = object.path("metadata").has("deletionTimestamp");
        String schemas = spec + " " + status.path("storedVersions");
        return new Definition(
                object.path("metadata").path("name").asText(),
                spec.path("group").asText(),
                Names.of(status.path("acceptedNames")),
                spec.path("scope").asText().equals("Namespaced"),
                List.copyOf(versions),
                spec.path("conversion"),
                established,
                terminating,
                schemas + status.path("acceptedNames") + established + terminating,
                schemas);
    }

    private static Version version(JsonNode version) {
        JsonNode subresources = version.path("subresources");
        List<JsonNode> columns = new ArrayList<>();
        version.path("additionalPrinterColumns").forEach(columns::add);
        List<String> fields = new ArrayList<>();
        version.path("selectableFields")
                .forEach(each -> fields.add(each.path("jsonPath").asText("").replaceFirst("^\\.", "")));
        return new Version(
                version.path("name").asText(),
                version.path("served").asBoolean(false),
                version.path("storage").asBoolean(false),
                version.path("deprecated").asBoolean(false),
                version.path("deprecationWarning").asText(""),
                Structural.of(version.path("schema").path("openAPIV3Schema")),
                subresources.has("status"),
                subresources.path("scale"),
                List.copyOf(columns),
                List.copyOf(fields));
    }

    static boolean isTrue(JsonNode status, String type) {
        for (JsonNode condition : status.path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>(list.size());
        list.forEach(each -> texts.add(each.asText()));
        return List.copyOf(texts);
    }

    /** The version in which objects are stored; the first one if none is marked. */
    Version storage() {
        return versions.stream().filter(Version::storage).findFirst().orElse(versions.getFirst());
    }

    String apiVersion(Version version) {
        return group + "/" + version.name();
    }

    Set<String> subresources(Version version) {
        Set<String> names = new LinkedHashSet<>();
        if (version.scale().isObject()) {
            names.add("scale");
        }
        if (version.status()) {
            names.add("status");
        }
        return names;
    }
}
