package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.GoFormat;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.schema.Field;
import io.flotilla.apiserver.schema.Field.ListKind;
import io.flotilla.apiserver.schema.ListType;
import io.flotilla.apiserver.schema.MapType;
import io.flotilla.apiserver.schema.Scalar;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether an applied configuration fits its type, as server-side apply sees types: coarser than decoding does for scalars,
 * but items of a list that go by the same key are refused. Paths name items by their keys.
 */
public final class TypedCheck {
    private static final ListIdentity BY_INDEX = new ListIdentity(ListKind.ATOMIC, List.of(), null);

    private final List<String> problems = new ArrayList<>(0);

    private TypedCheck() {}

    /** What is wrong with an object, in the words of Kubernetes; one line, or one for each of several problems. */
    public static Optional<String> problem(StructType type, ObjectNode object) {
        TypedCheck check = new TypedCheck();
        check.struct(type, object, "");
        return switch (check.problems.size()) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(check.problems.getFirst());
            default -> Optional.of("errors:\n  " + String.join("\n  ", check.problems));
        };
    }

    private void add(String path, String problem) {
        problems.add(path.isEmpty() ? problem : path + ": " + problem);
    }

    private void value(Type type, ListIdentity identity, JsonNode value, String path) {
        if (value.isNull()) {
            return;
        }
        switch (type) {
            case StructType struct -> {
                if (value instanceof ObjectNode object) {
                    struct(struct, object, path);
                } else if (!struct.open() || !struct.fields().isEmpty()) {
                    add(path, "expected map, got &{" + GoFormat.plain(value) + "}");
                }
            }
            case MapType map -> {
                if (value.isObject()) {
                    value.properties()
                            .forEach(each -> value(map.value(), BY_INDEX, each.getValue(), path + "." + each.getKey()));
                } else {
                    add(path, "expected map, got &{" + GoFormat.plain(value) + "}");
                }
            }
            case ListType list -> {
                if (value.isArray()) {
                    items(list, identity, value, path);
                } else {
                    add(path, "expected list, got &{" + GoFormat.plain(value) + "}");
                }
            }
            case Scalar scalar -> scalar(scalar, value, path);
        }
    }

    private void struct(StructType type, ObjectNode object, String path) {
        for (Map.Entry<String, JsonNode> each : object.properties()) {
            Field field = type.field(each.getKey());
            String below = path + "." + each.getKey();
            if (field != null) {
                ListIdentity identity = ListIdentity.of(field);
                value(field.type(), identity == null ? BY_INDEX : identity, each.getValue(), below);
            } else if (!type.open() && !(path.isEmpty() && isTypeMeta(each.getKey()))) {
                // What follows in this object is not looked at.
                add(below, "field not declared in schema");
                return;
            }
        }
    }

    private static boolean isTypeMeta(String name) {
        return name.equals("apiVersion") || name.equals("kind");
    }

    private void items(ListType list, ListIdentity identity, JsonNode items, String path) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            JsonNode item = items.get(i);
            String fault = fault(identity, item);
            if (fault != null) {
                add(path, "element " + i + ": " + fault);
                continue;
            }
            String name = name(identity, item, i);
            if (!seen.add(name)) {
                add(path, "duplicate entries for key " + name);
            }
            value(list.element(), BY_INDEX, item, path + name);
        }
    }

    /** Why an item cannot be told from others, if it cannot. */
    private static @Nullable String fault(ListIdentity identity, JsonNode item) {
        return switch (identity.kind()) {
            case ATOMIC -> null;
            case SET -> {
                if (item.isObject()) {
                    yield "associative list without keys has an element that's a map type";
                }
                if (item.isArray()) {
                    yield "not supported: associative list with lists as elements";
                }
                yield item.isNull() ? "associative list without keys has an element that's an explicit null" : null;
            }
            case MAP -> {
                if (item.isNull()) {
                    yield "associative list with keys may not have a null element";
                }
                if (!item.isObject()) {
                    yield "associative list with keys may not have non-map elements";
                }
                yield keys(identity, item).isEmpty()
                        ? "associative list with keys has an element that omits all key fields ["
                                + identity.keys().stream().map(Quoting::quote).collect(Collectors.joining(" "))
                                + "] (and doesn't have default values for any key fields)"
                        : null;
            }
        };
    }

    private static Map<String, String> keys(ListIdentity identity, JsonNode item) {
        Map<String, String> keys = new TreeMap<>();
        for (String key : identity.keys()) {
            String text = item.has(key) ? GoFormat.syntax(item.get(key)) : identity.defaultKey(key);
            if (text != null) {
                keys.put(key, text);
            }
        }
        return keys;
    }

    private static String name(ListIdentity identity, JsonNode item, int index) {
        return switch (identity.kind()) {
            case ATOMIC -> "[" + index + "]";
            case SET -> "[=" + GoFormat.syntax(item) + "]";
            case MAP ->
                keys(identity, item).entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .collect(Collectors.joining(",", "[", "]"));
        };
    }

    private void scalar(Scalar type, JsonNode value, String path) {
        switch (type) {
            case STRING, BYTES, DURATION -> {
                if (!value.isTextual()) {
                    add(path, "expected string, got &value.valueUnstructured{Value:" + GoFormat.syntax(value) + "}");
                }
            }
            case BOOLEAN -> {
                if (!value.isBoolean()) {
                    add(path, "expected boolean, got &{" + GoFormat.plain(value) + "}");
                }
            }
            case INT32, INT64, DOUBLE -> {
                if (!value.isNumber()) {
                    add(path, "expected numeric (int or float), got " + GoFormat.typeName(value));
                }
            }
            case TIME, MICRO_TIME, QUANTITY, INT_OR_STRING -> {
                if (value.isContainerNode()) {
                    add(path, "expected any scalar, got &{" + GoFormat.plain(value) + "}");
                }
            }
            case RAW, FIELDS, ANY, SCHEMA_OR_ARRAY, SCHEMA_OR_BOOL, SCHEMA_OR_STRINGS -> {
                // Anything.
            }
        }
    }
}
