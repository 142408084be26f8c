package io.flotilla.apiserver.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.Durations;
import io.flotilla.apiserver.schema.Field;
import io.flotilla.apiserver.schema.ListType;
import io.flotilla.apiserver.schema.MapType;
import io.flotilla.apiserver.schema.Scalar;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.Times;
import io.flotilla.apiserver.schema.Type;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Trees to Kubernetes' protobuf, byte for byte as its generated code writes it: fields by number, maps by key, values of
 * Go fields that are no pointers even when they are zero.
 */
final class ProtobufEncoder {
    private static final JsonNode MISSING = MissingNode.getInstance();

    private final ReverseWriter out;
    private final StructType schemaProps;

    ProtobufEncoder(ReverseWriter out, StructType schemaProps) {
        this.out = out;
        this.schemaProps = schemaProps;
    }

    void message(StructType type, JsonNode object) {
        Field[] fields = type.byNumber();
        for (int i = fields.length - 1; i >= 0; i--) {
            field(fields[i], object);
        }
    }

    private void field(Field field, JsonNode object) {
        int number = field.number();
        if (field.inline()) {
            int mark = out.length();
            value(field.type(), object);
            out.close(number, mark);
            return;
        }
        JsonNode found = object.get(field.name());
        JsonNode value = found == null || (found.isNull() && field.type() != Scalar.ANY) ? MISSING : found;
        switch (field.type()) {
            case ListType list
            when list.wrapped() -> {
                if (value instanceof ArrayNode array) {
                    int mark = out.length();
                    items(1, list.element(), array);
                    out.close(number, mark);
                }
            }
            case ListType list -> items(number, list.element(), value);
            case MapType map -> map(number, map.value(), value);
            case StructType _, Scalar _ -> {
                if (!value.isMissingNode() || isAlwaysWritten(field)) {
                    single(number, field.type(), value);
                }
            }
        }
    }

    /** Whether the Go field holds a value rather than a pointer or a slice. */
    private static boolean isAlwaysWritten(Field field) {
        return switch (field.printing()) {
            case WHEN_SET -> false;
            case ALWAYS -> field.type() != Scalar.BYTES;
            case UNLESS_ZERO -> field.type() != Scalar.BYTES;
            // Nullable but no pointer: times and raw objects.
            case ALWAYS_NULLABLE ->
                switch (field.type()) {
                    case Scalar scalar -> scalar == Scalar.TIME || scalar == Scalar.MICRO_TIME || scalar == Scalar.RAW;
                    case StructType _, ListType _, MapType _ -> false;
                };
        };
    }

    private void items(int number, Type element, JsonNode items) {
        for (int i = items.size() - 1; i >= 0; i--) {
            single(number, element, items.get(i));
        }
    }

    private void map(int number, Type valueType, JsonNode object) {
        if (!(object instanceof ObjectNode map)) {
            return;
        }
        List<String> keys = new ArrayList<>(map.size());
        map.fieldNames().forEachRemaining(keys::add);
        keys.sort(Utf8Order.INSTANCE);
        for (int i = keys.size() - 1; i >= 0; i--) {
            int mark = out.length();
            JsonNode value = map.get(keys.get(i));
            if (valueType instanceof ListType list) {
                int inner = out.length();
                items(1, list.element(), value);
                out.close(2, inner);
            } else {
                single(2, valueType, value);
            }
            out.textField(1, keys.get(i));
            out.close(number, mark);
        }
    }

    /** Writes one field with its tag. */
    private void single(int number, Type type, JsonNode value) {
        switch (type) {
            case Scalar.STRING -> out.textField(number, value.asText(""));
            case Scalar.BOOLEAN -> out.varintField(number, value.asBoolean() ? 1 : 0);
            case Scalar.INT32, Scalar.INT64 -> out.varintField(number, value.asLong());
            case Scalar.DOUBLE -> {
                out.fixed64(Double.doubleToRawLongBits(value.asDouble()));
                out.tag(number, ReverseWriter.FIXED64);
            }
            case Scalar.BYTES -> out.bytesField(number, bytes(value));
            default -> {
                int mark = out.length();
                value(type, value);
                out.close(number, mark);
            }
        }
    }

    private static byte[] bytes(JsonNode value) {
        try {
            return Base64.getMimeDecoder().decode(value.asText(""));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("illegal base64 data: " + e.getMessage());
        }
    }

    /** Writes the payload of a message. */
    private void value(Type type, JsonNode value) {
        switch (type) {
            case StructType struct -> message(struct, value);
            case ListType list -> items(1, list.element(), value);
            case MapType _ -> throw new IllegalStateException("A list or map of maps has no protobuf form");
            case Scalar scalar -> special(scalar, value);
        }
    }

    private void special(Scalar scalar, JsonNode value) {
        boolean missing = value.isMissingNode() || value.isNull();
        switch (scalar) {
            case TIME, MICRO_TIME -> {
                if (!missing) {
                    Instant time = Times.parse(value.asText());
                    out.varintField(2, scalar == Scalar.TIME ? 0 : time.get(ChronoField.MICRO_OF_SECOND) * 1000L);
                    out.varintField(1, time.getEpochSecond());
                }
            }
            case DURATION -> out.varintField(1, missing ? 0 : Durations.parse(value.asText()));
            case QUANTITY -> out.textField(1, missing ? "0" : value.asText());
            case INT_OR_STRING -> {
                out.textField(3, value.isTextual() ? value.textValue() : "");
                out.varintField(2, value.isTextual() ? 0 : value.asInt());
                out.varintField(1, value.isTextual() ? 1 : 0);
            }
            case RAW, FIELDS -> {
                if (!missing) {
                    out.bytesField(1, JsonCodec.encode(value));
                }
            }
            case ANY -> {
                if (!value.isMissingNode()) {
                    out.bytesField(1, JsonCodec.encode(value));
                }
            }
            case SCHEMA_OR_ARRAY -> {
                if (value.isArray()) {
                    items(2, schemaProps, value);
                } else {
                    single(1, schemaProps, value);
                }
            }
            case SCHEMA_OR_BOOL -> {
                if (value.isObject()) {
                    single(2, schemaProps, value);
                }
                out.varintField(1, value.isObject() || value.asBoolean() ? 1 : 0);
            }
            case SCHEMA_OR_STRINGS -> {
                if (value.isArray()) {
                    items(2, Scalar.STRING, value);
                } else {
                    single(1, schemaProps, value);
                }
            }
            case STRING, BOOLEAN, INT32, INT64, DOUBLE, BYTES -> single(1, scalar, value);
        }
    }
}
