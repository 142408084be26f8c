package io.flotilla.apiserver.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields by which objects of one resource can be selected, and where an object holds them. */
public final class FieldSelectors {
    private static final String EMPTY = "$empty";
    private static final String EVENT_SOURCE = "$eventSource";
    private static final String BOOLEAN = "$bool:";

    private final String kind;
    private final Map<String, String> paths;
    private final Map<String, List<String>> segments;

    public FieldSelectors(String kind, Map<String, String> paths) {
        this.kind = kind;
        this.paths = paths;
        this.segments = LinkedHashMap.newLinkedHashMap(paths.size());
        paths.forEach((label, path) -> {
            if (!path.equals(EMPTY) && !path.equals(EVENT_SOURCE)) {
                String plain = path.startsWith(BOOLEAN) ? path.substring(BOOLEAN.length()) : path;
                segments.put(label, List.of(plain.split("\\.")));
            }
        });
    }

    public Set<String> labels() {
        return paths.keySet();
    }

    public boolean supports(String label) {
        return paths.containsKey(label);
    }

    /**
     * The message of the BadRequest that a field selector with an unsupported label gets. Kinds that select by name and
     * namespace alone say it in other words than the rest.
     */
    public String unsupported(String label) {
        boolean namesOnly = paths.keySet().stream().allMatch(each -> each.startsWith("metadata."));
        return namesOnly
                ? "\"" + label + "\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
                : "field label not supported: " + label;
    }

    /** Kind of the objects. */
    public String kind() {
        return kind;
    }

    /** Value of a supported field; empty where the object does not have it. */
    public String value(ObjectNode object, String label) {
        String path = paths.get(label);
        if (path == null || path.equals(EMPTY)) {
            return "";
        }
        if (path.equals(EVENT_SOURCE)) {
            String component = object.path("source").path("component").asText("");
            return component.isEmpty() ? object.path("reportingComponent").asText("") : component;
        }
        List<String> names = segments.get(label);
        JsonNode value = names == null ? null : DefaultRule.find(object, names);
        return text(value, path);
    }

    private static String text(@Nullable JsonNode value, String path) {
        if (value == null || value.isNull()) {
            return path.startsWith(BOOLEAN) ? "false" : path.startsWith("status.") && numeric(path) ? "0" : "";
        }
        return value.asText("");
    }

    private static boolean numeric(String path) {
        return path.endsWith("replicas") || path.endsWith("succeeded");
    }

    /** Values of all fields, in the order of {@link #labels()}. */
    public Map<String, String> values(ObjectNode object) {
        Map<String, String> values = LinkedHashMap.newLinkedHashMap(paths.size());
        paths.keySet().forEach(label -> values.put(label, value(object, label)));
        return values;
    }
}
