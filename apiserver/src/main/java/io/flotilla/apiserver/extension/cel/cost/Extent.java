package io.flotilla.apiserver.extension.cel.cost;

import io.flotilla.apiserver.extension.structural.Structural;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How large values of a schema can be: by its own limits, or by what fits into a request.
 *
 * @param largest length of a text, or number of elements; 0 where values have no size
 * @param smallest bytes that a value takes at least in a request
 * @param element of a list, or of a map's values
 */
public record Extent(
        long largest,
        long smallest,
        Map<String, Extent> fields,
        @Nullable Extent element) {
    /** Bytes of the largest request. */
    private static final long REQUEST = 3 * 1024 * 1024;

    private static final Extent SCALAR = new Extent(0, 1, Map.of(), null);
    private static final Extent NAME = new Extent(0, 2, Map.of(), null);

    /**
     * Reads a schema.
     *
     * @param escaped the name by which expressions know a property
     */
    public static Extent of(Structural schema, Function<String, Optional<String>> escaped) {
        if (schema.intOrString()) {
            return new Extent(REQUEST - 2, 1, Map.of(), null);
        }
        return switch (schema.type()) {
            case "object" -> object(schema, escaped);
            case "array" -> {
                Structural items = schema.items();
                Extent item = items == null ? new Extent(REQUEST - 2, 1, Map.of(), null) : of(items, escaped);
                yield new Extent(limit(schema, "maxItems", (REQUEST - 2) / (item.smallest + 1)), 2, Map.of(), item);
            }
            case "string" -> new Extent(text(schema), 2, Map.of(), null);
            case "boolean" -> new Extent(0, 4, Map.of(), null);
            case "integer", "number" -> SCALAR;
            default -> new Extent(REQUEST - 2, 1, Map.of(), null);
        };
    }

    /** As {@link #of}, of a whole object, of whose metadata expressions see the name. */
    public static Extent ofResource(Structural schema, Function<String, Optional<String>> escaped) {
        Extent object = of(schema, escaped);
        Extent text = new Extent(REQUEST - 2, 2, Map.of(), null);
        Map<String, Extent> fields = new LinkedHashMap<>(object.fields);
        fields.put("apiVersion", text);
        fields.put("kind", text);
        fields.put("metadata", new Extent(0, 2, Map.of("name", text, "generateName", text), null));
        return new Extent(object.largest, object.smallest, fields, object.element);
    }

    private static Extent object(Structural schema, Function<String, Optional<String>> escaped) {
        Structural additional = schema.additional();
        if (additional != null) {
            Extent value = of(additional, escaped);
            return new Extent(limit(schema, "maxProperties", (REQUEST - 2) / (value.smallest + 6)), 2, Map.of(), value);
        }
        if (schema.properties().isEmpty() && schema.preservesUnknown()) {
            return new Extent(REQUEST - 2, 2, Map.of(), null);
        }
        Map<String, Extent> fields = new LinkedHashMap<>();
        long smallest = 2;
        for (Map.Entry<String, Structural> each : schema.properties().entrySet()) {
            Extent field = of(each.getValue(), escaped);
            escaped.apply(each.getKey()).ifPresent(name -> fields.put(name, field));
            boolean required = schema.source()
                    .path("required")
                    .valueStream()
                    .anyMatch(name -> name.asText().equals(each.getKey()));
            if (required && each.getValue().defaultValue().isMissingNode()) {
                smallest += each.getKey().length() + field.smallest + 4;
            }
        }
        return new Extent(0, smallest, fields, null);
    }

    private static long limit(Structural schema, String name, long otherwise) {
        return schema.source().has(name) ? Math.max(0, schema.source().get(name).longValue()) : otherwise;
    }

    /** A character takes up to four bytes. */
    private static long text(Structural schema) {
        if (schema.source().has("maxLength")) {
            return 4 * limit(schema, "maxLength", 0);
        }
        if (schema.source().has("enum")) {
            return schema.source()
                    .get("enum")
                    .valueStream()
                    .mapToLong(value -> value.asText().length())
                    .max()
                    .orElse(0);
        }
        return switch (schema.source().path("format").asText("")) {
            case "duration" -> 32;
            case "date" -> 12;
            case "date-time", "datetime" -> 29;
            default -> REQUEST - 2;
        };
    }

    /** How often a value can occur in a request at most, wherever its schema stands. */
    public long mostInRequest() {
        return REQUEST / (smallest + 1);
    }

    /** Keys of maps count as if they took no time. */
    Extent key() {
        return NAME;
    }

    @Nullable
    Extent field(String name) {
        return fields.get(name);
    }

    Size size() {
        return Size.upTo(largest);
    }
}
