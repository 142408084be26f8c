package io.flotilla.apiserver.extension.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.NullValue;
import dev.cel.common.values.CelByteString;
import io.flotilla.apiserver.extension.structural.Structural;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Objects as expressions see them: plain maps, lists and scalars, of the types that the schema tells. */
final class SchemaValues {
    private static final Pattern DURATION_PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");

    private SchemaValues() {}

    /** @param resource whether the value is a whole object */
    static Object of(@Nullable Structural schema, JsonNode value, boolean resource) {
        return switch (value.getNodeType()) {
            case OBJECT -> object(schema, (ObjectNode) value, resource || (schema != null && schema.embedded()));
            case ARRAY -> {
                List<Object> items = new ArrayList<>(value.size());
                for (JsonNode item : value) {
                    items.add(of(schema == null ? null : schema.items(), item, false));
                }
                yield items;
            }
            case STRING -> text(schema, value.textValue());
            case NUMBER ->
                value.isIntegralNumber() && (schema == null || !schema.type().equals("number"))
                        ? (Object) value.longValue()
                        : schema != null && schema.type().equals("integer")
                                ? (Object) value.longValue()
                                : (Object) value.doubleValue();
            case BOOLEAN -> value.booleanValue();
            case NULL, MISSING, BINARY, POJO -> NullValue.NULL_VALUE;
        };
    }

    private static Map<String, Object> object(@Nullable Structural schema, ObjectNode object, boolean resource) {
        Map<String, Object> values = new LinkedHashMap<>();
        boolean open = schema == null || (schema.properties().isEmpty() && !resource);
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            String name = entry.getKey();
            JsonNode value = entry.getValue();
            if (open) {
                values.put(name, of(schema == null ? null : schema.additional(), value, false));
            } else if (resource && name.equals("metadata")) {
                values.put(name, metadata(value));
            } else if (resource && (name.equals("apiVersion") || name.equals("kind"))) {
                values.put(name, value.asText());
            } else if (schema.properties().containsKey(name) && !value.isNull()) {
                Escaped.of(name)
                        .ifPresent(escaped ->
                                values.put(escaped, of(schema.properties().get(name), value, false)));
            }
        }
        return values;
    }

    private static Map<String, Object> metadata(JsonNode metadata) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (String name : List.of("name", "generateName")) {
            if (metadata.has(name)) {
                values.put(name, metadata.get(name).asText());
            }
        }
        return values;
    }

    private static Object text(@Nullable Structural schema, String text) {
        String format = schema == null ? "" : schema.source().path("format").asText("");
        try {
            return switch (format) {
                case "date-time", "datetime" -> OffsetDateTime.parse(text).toInstant();
                case "date" -> LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
                case "duration" -> duration(text);
                case "byte" -> CelByteString.of(Base64.getDecoder().decode(text));
                default -> text;
            };
        } catch (DateTimeException | IllegalArgumentException _) {
            // That the format is wrong has been told already.
            return text;
        }
    }

    static Duration duration(String text) {
        Duration total = Duration.ZERO;
        Matcher parts = DURATION_PART.matcher(text);
        while (parts.find()) {
            double unit = switch (parts.group(2)) {
                case "ns" -> 1;
                case "us", "µs" -> 1e3;
                case "ms" -> 1e6;
                case "s" -> 1e9;
                case "m" -> 60e9;
                default -> 3600e9;
            };
            total = total.plusNanos((long) (Double.parseDouble(parts.group(1)) * unit));
        }
        return text.startsWith("-") ? total.negated() : total;
    }
}
