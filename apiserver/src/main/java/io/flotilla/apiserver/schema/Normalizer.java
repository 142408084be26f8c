package io.flotilla.apiserver.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What decoding an object into Go types and encoding it again does to it: unknown fields go (and are reported), wrong
 * types fail, scalars take their canonical form, zero values are dropped or added as the type's Go declaration has it.
 */
final class Normalizer {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /** Kubernetes stops counting there. */
    private static final int MOST_PROBLEMS = 100;

    private final TypeTable types;

    Normalizer(TypeTable types) {
        this.types = types;
    }

    List<FieldProblem> normalize(StructType type, ObjectNode object) {
        Walk walk = new Walk();
        walk.struct(type, object);
        return walk.problems;
    }

    /** Adds what is always printed and not there. */
    void complete(StructType type, ObjectNode object) {
        new Walk().complete(type, object);
    }

    /** One pass over one object; knows where it is, for the texts. */
    private final class Walk {
        final List<FieldProblem> problems = new ArrayList<>(0);
        /** Field names, keys and indices from the root. */
        private final List<Object> path = new ArrayList<>();

        private @Nullable StructType struct;

        void struct(StructType type, ObjectNode object) {
            StructType outer = struct;
            Iterator<Map.Entry<String, JsonNode>> entries = object.properties().iterator();
            while (entries.hasNext()) {
                Map.Entry<String, JsonNode> entry = entries.next();
                Field field = type.field(entry.getKey());
                if (field == null) {
                    if (path.isEmpty() && isTypeMeta(entry.getKey())) {
                        continue;
                    }
                    path.add(entry.getKey());
                    unknown();
                    path.removeLast();
                    entries.remove();
                    continue;
                }
                path.add(entry.getKey());
                struct = type;
                JsonNode value = value(field.type(), entry.getValue());
                path.removeLast();
                JsonNode kept = printed(field, value);
                if (kept == null) {
                    entries.remove();
                } else {
                    entry.setValue(kept);
                }
            }
            complete(type, object);
            struct = outer;
        }

        void complete(StructType type, ObjectNode object) {
            for (Field field : type.alwaysPrinted()) {
                if (!object.has(field.name())) {
                    object.set(field.name(), unset(field));
                }
            }
        }

        /** Returns the canonical form of a value, which may be the same node, changed; null for JSON's null. */
        private @Nullable JsonNode value(Type type, JsonNode value) {
            if (value.isNull()) {
                return type == Scalar.ANY ? value : null;
            }
            return switch (type) {
                case StructType structType -> {
                    if (!(value instanceof ObjectNode object)) {
                        throw mismatch(type, value);
                    }
                    struct(structType, object);
                    yield object;
                }
                case ListType list -> {
                    if (!(value instanceof ArrayNode array)) {
                        throw mismatch(type, value);
                    }
                    list(list, array);
                    yield array;
                }
                case MapType map -> {
                    if (!(value instanceof ObjectNode object)) {
                        throw mismatch(type, value);
                    }
                    map(map, object);
                    yield object;
                }
                case Scalar scalar -> scalar(scalar, value);
            };
        }

        private void list(ListType type, ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                path.add(i);
                JsonNode element = array.get(i);
                JsonNode kept = value(type.element(), element);
                if (kept == null) {
                    kept = zero(type.element());
                }
                array.set(i, kept);
                path.removeLast();
            }
        }

        private void map(MapType type, ObjectNode object) {
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                path.add(new Key(entry.getKey()));
                JsonNode kept = value(type.value(), entry.getValue());
                if (kept == null) {
                    kept = zero(type.value());
                }
                entry.setValue(kept);
                path.removeLast();
            }
        }

        private JsonNode scalar(Scalar type, JsonNode value) {
            return switch (type) {
                case STRING -> {
                    if (!value.isTextual()) {
                        throw mismatch(type, value);
                    }
                    yield value;
                }
                case BOOLEAN -> {
                    if (!value.isBoolean()) {
                        throw mismatch(type, value);
                    }
                    yield value;
                }
                case INT32, INT64 -> integer(type, value);
                case DOUBLE -> {
                    if (!value.isNumber()) {
                        throw mismatch(type, value);
                    }
                    yield value;
                }
                case BYTES -> {
                    if (!value.isTextual()) {
                        throw mismatch(type, value);
                    }
                    Base64Text.check(value.textValue());
                    yield value;
                }
                case TIME -> changed(value, Times.canonical(text(value)));
                case MICRO_TIME -> changed(value, Times.canonicalMicro(text(value)));
                case DURATION -> changed(value, Durations.canonical(text(value)));
                case QUANTITY -> {
                    if (!value.isTextual() && !value.isNumber()) {
                        throw mismatch(type, value);
                    }
                    yield changed(value, Quantities.canonical(value.asText()));
                }
                case INT_OR_STRING -> {
                    if (!value.isTextual() && !(value.isIntegralNumber() && value.canConvertToInt())) {
                        throw new TypeErrorException(
                                "json: cannot unmarshal " + describe(value) + " into Go value of type int32");
                    }
                    yield value;
                }
                case RAW, FIELDS, ANY -> value;
                case SCHEMA_OR_ARRAY -> {
                    if (value instanceof ArrayNode array) {
                        array.forEach(this::schema);
                    } else {
                        schema(value);
                    }
                    yield value;
                }
                case SCHEMA_OR_BOOL -> {
                    if (!value.isBoolean()) {
                        schema(value);
                    }
                    yield value;
                }
                case SCHEMA_OR_STRINGS -> {
                    if (!value.isArray()) {
                        schema(value);
                    }
                    yield value;
                }
            };
        }

        /** A schema inside a union is decoded on its own in Go: what it does not know goes without a word. */
        private void schema(JsonNode value) {
            if (!(value instanceof ObjectNode object)) {
                throw new TypeErrorException("boolean or JSON schema expected");
            }
            normalize(types.get("apiextensions/v1.JSONSchemaProps"), object);
        }

        private JsonNode integer(Scalar type, JsonNode value) {
            if (!value.isNumber()) {
                throw mismatch(type, value);
            }
            boolean fits = type == Scalar.INT32 ? value.canConvertToInt() : value.canConvertToLong();
            if (!value.isIntegralNumber() || !fits) {
                throw new TypeErrorException(mismatchText(type, "number " + value.asText()));
            }
            return value;
        }

        private String text(JsonNode value) {
            if (!value.isTextual()) {
                throw new TypeErrorException(
                        "json: cannot unmarshal " + describe(value) + " into Go value of type string");
            }
            return value.textValue();
        }

        private JsonNode changed(JsonNode value, String canonical) {
            return value.isTextual() && value.textValue().equals(canonical) ? value : NODES.textNode(canonical);
        }

        /** Returns what becomes of a field's value: itself, its zero value, or null for none. */
        private @Nullable JsonNode printed(Field field, @Nullable JsonNode value) {
            return switch (field.printing()) {
                case UNLESS_ZERO -> value == null || isZero(field, value) ? null : value;
                case WHEN_SET -> value;
                case ALWAYS -> value == null ? zero(field.type()) : value;
                case ALWAYS_NULLABLE -> value == null ? NODES.nullNode() : value;
            };
        }

        private boolean isZero(Field field, JsonNode value) {
            return !(field.type() instanceof StructType) && field.type() != Scalar.RAW && DefaultRule.isZero(value);
        }

        private JsonNode unset(Field field) {
            return field.printing() == Field.Printing.ALWAYS_NULLABLE ? NODES.nullNode() : zero(field.type());
        }

        private JsonNode zero(Type type) {
            return switch (type) {
                case StructType structType -> {
                    ObjectNode object = NODES.objectNode();
                    struct(structType, object);
                    yield object;
                }
                case ListType _, MapType _ -> NODES.nullNode();
                case Scalar scalar ->
                    switch (scalar) {
                        case STRING, BYTES -> NODES.textNode("");
                        case BOOLEAN -> NODES.booleanNode(false);
                        case INT32, INT64, DOUBLE, INT_OR_STRING -> NODES.numberNode(0);
                        case QUANTITY -> NODES.textNode("0");
                        case DURATION -> NODES.textNode("0s");
                        case TIME, MICRO_TIME, RAW, ANY, SCHEMA_OR_ARRAY, SCHEMA_OR_BOOL, SCHEMA_OR_STRINGS ->
                            NODES.nullNode();
                        case FIELDS -> NODES.objectNode();
                    };
            };
        }

        private boolean isTypeMeta(String name) {
            return name.equals("apiVersion") || name.equals("kind");
        }

        private void unknown() {
            if (problems.size() < MOST_PROBLEMS) {
                problems.add(new FieldProblem(FieldProblem.Kind.UNKNOWN, joined(true)));
            }
        }

        private TypeErrorException mismatch(Type type, JsonNode value) {
            return new TypeErrorException(mismatchText(type, describe(value)));
        }

        private String mismatchText(Type type, String found) {
            StructType owner = struct;
            String where = owner == null ? "Go value" : "Go struct field " + owner.simpleName() + "." + joined(false);
            return "json: cannot unmarshal " + found + " into " + where + " of type " + type.goName();
        }

        /** Go's decoder names fields alone; the strict decoder indices and keys as well. */
        private String joined(boolean withIndices) {
            StringBuilder text = new StringBuilder();
            for (Object segment : path) {
                if (segment instanceof String name) {
                    text.append(text.isEmpty() ? "" : ".").append(name);
                } else if (withIndices) {
                    text.append(segment instanceof Key key ? "." + key.name : "[" + segment + "]");
                }
            }
            return text.toString();
        }
    }

    /** A key of a map, in a path. */
    private record Key(String name) {}

    private static String describe(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case NUMBER -> "number";
            case BOOLEAN -> "bool";
            case ARRAY -> "array";
            case OBJECT -> "object";
            case NULL, MISSING, BINARY, POJO -> "null";
        };
    }
}
