package io.flotilla.apiserver.extension.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One node of a structural schema (JSONSchemaProps), read once. Immutable; safe from any thread. */
public final class Structural {
    private final ObjectNode source;
    private final String type;
    private final Map<String, Structural> properties;
    private final @Nullable Structural additional;
    private final boolean additionalAny;
    private final @Nullable Structural items;
    private final Constraints constraints;

    /** What a value must satisfy beside being of its type. */
    record Constraints(
            String format,
            List<JsonNode> values,
            @Nullable Pattern pattern,
            List<String> required,
            List<Structural> allOf,
            List<Structural> anyOf,
            List<Structural> oneOf,
            @Nullable Structural not) {}

    private Structural(ObjectNode source) {
        this.source = source;
        this.type = source.path("type").asText("");
        this.properties =
                LinkedHashMap.newLinkedHashMap(source.path("properties").size());
        source.path("properties").properties().forEach(each -> properties.put(each.getKey(), of(each.getValue())));
        JsonNode rest = source.path("additionalProperties");
        this.additional = rest.isObject() ? of(rest) : null;
        this.additionalAny = rest.isBoolean() && rest.booleanValue();
        this.items = source.path("items").isObject() ? of(source.get("items")) : null;
        this.constraints = new Constraints(
                source.path("format").asText(""),
                elements(source.path("enum")),
                pattern(source.path("pattern").asText("")),
                texts(source.path("required")),
                schemas(source.path("allOf")),
                schemas(source.path("anyOf")),
                schemas(source.path("oneOf")),
                source.path("not").isObject() ? of(source.get("not")) : null);
    }

    /** Reads a schema; what is no object is a schema that says nothing. */
    public static Structural of(JsonNode schema) {
        return new Structural(schema instanceof ObjectNode object ? object : new ObjectNode(null));
    }

    private static List<JsonNode> elements(JsonNode list) {
        List<JsonNode> elements = new ArrayList<>(list.size());
        list.forEach(elements::add);
        return List.copyOf(elements);
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>(list.size());
        list.forEach(each -> texts.add(each.asText()));
        return List.copyOf(texts);
    }

    private static List<Structural> schemas(JsonNode list) {
        List<Structural> schemas = new ArrayList<>(list.size());
        list.forEach(each -> schemas.add(of(each)));
        return List.copyOf(schemas);
    }

    /** A pattern that is none constrains nothing: definitions with such are refused. */
    private static @Nullable Pattern pattern(String text) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException _) {
            return null;
        }
    }

    /** The schema as it was written; not to be changed. */
    public ObjectNode source() {
        return source;
    }

    /** Empty where none is given. */
    public String type() {
        return type;
    }

    public Map<String, Structural> properties() {
        return properties;
    }

    /** Schema of the values of other keys than the properties; null where there is none. */
    public @Nullable Structural additional() {
        return additional;
    }

    /** Whether other keys than the properties may have any value. */
    public boolean additionalAny() {
        return additionalAny;
    }

    public @Nullable Structural items() {
        return items;
    }

    Constraints constraints() {
        return constraints;
    }

    public boolean nullable() {
        return source.path("nullable").asBoolean(false);
    }

    public boolean preservesUnknown() {
        return source.path("x-kubernetes-preserve-unknown-fields").asBoolean(false);
    }

    public boolean intOrString() {
        return source.path("x-kubernetes-int-or-string").asBoolean(false);
    }

    public boolean embedded() {
        return source.path("x-kubernetes-embedded-resource").asBoolean(false);
    }

    /** {@code atomic}, {@code set}, {@code map}, or empty. */
    public String listType() {
        return source.path("x-kubernetes-list-type").asText("");
    }

    public List<String> listKeys() {
        return texts(source.path("x-kubernetes-list-map-keys"));
    }

    public boolean mapAtomic() {
        return source.path("x-kubernetes-map-type").asText("").equals("atomic");
    }

    /** The rules of {@code x-kubernetes-validations}. */
    public JsonNode rules() {
        return source.path("x-kubernetes-validations");
    }

    /** A missing node where there is none. */
    public JsonNode defaultValue() {
        JsonNode value = source.get("default");
        return value == null || value.isNull() ? MissingNode.getInstance() : value;
    }

    /** Schema of what stands under a name; null where that is not known. */
    public @Nullable Structural child(String name) {
        Structural property = properties.get(name);
        return property == null ? additional : property;
    }
}
