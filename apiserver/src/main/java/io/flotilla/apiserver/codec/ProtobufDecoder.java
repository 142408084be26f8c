package io.flotilla.apiserver.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.flotilla.apiserver.schema.Durations;
import io.flotilla.apiserver.schema.Field;
import io.flotilla.apiserver.schema.ListType;
import io.flotilla.apiserver.schema.MapType;
import io.flotilla.apiserver.schema.Scalar;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.Times;
import io.flotilla.apiserver.schema.Type;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' protobuf to trees. What was written is there, zero values included: {@code Schema.pruneAndValidate} brings
 * the tree into the form that JSON has. Unknown fields are skipped.
 */
final class ProtobufDecoder {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final CodedInputStream in;
    private final StructType schemaProps;
    private int depth;

    ProtobufDecoder(CodedInputStream in, StructType schemaProps) {
        this.in = in;
        this.schemaProps = schemaProps;
    }

    /** Reads up to the current limit into an object. */
    void message(StructType type, ObjectNode object) throws IOException {
        if (++depth > JsonCodec.MAX_DEPTH) {
            throw new MalformedException("exceeded max depth");
        }
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            Field field = find(type, WireFormat.getTagFieldNumber(tag));
            if (field == null) {
                in.skipField(tag);
            } else {
                field(field, WireFormat.getTagWireType(tag), object);
            }
        }
        depth--;
    }

    private static @Nullable Field find(StructType type, int number) {
        Field[] fields = type.byNumber();
        // Most messages have few fields, numbered without gaps.
        if (number <= fields.length && number > 0 && fields[number - 1].number() == number) {
            return fields[number - 1];
        }
        for (Field field : fields) {
            if (field.number() == number) {
                return field;
            }
        }
        return null;
    }

    private void field(Field field, int wireType, ObjectNode object) throws IOException {
        String name = field.name();
        switch (field.type()) {
            case StructType struct
            when field.inline() ->
                nested(wireType, () -> {
                    message(struct, object);
                    return object;
                });
            case StructType struct -> {
                ObjectNode inner = object.get(name) instanceof ObjectNode before ? before : NODES.objectNode();
                object.set(name, nested(wireType, () -> {
                    message(struct, inner);
                    return inner;
                }));
            }
            case ListType list when list.wrapped() -> object.set(name, nested(wireType, () -> wrapped(list.element())));
            case ListType list -> {
                ArrayNode array = object.get(name) instanceof ArrayNode before ? before : object.putArray(name);
                if (wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED && isPackable(list.element())) {
                    nested(wireType, () -> {
                        while (!in.isAtEnd()) {
                            array.add(value(list.element(), WireFormat.WIRETYPE_VARINT));
                        }
                        return array;
                    });
                } else {
                    array.add(value(list.element(), wireType));
                }
            }
            case MapType map -> {
                ObjectNode entries = object.get(name) instanceof ObjectNode before ? before : object.putObject(name);
                nested(wireType, () -> {
                    entry(map, entries);
                    return entries;
                });
            }
            case Scalar scalar -> object.set(name, value(scalar, wireType));
        }
    }

    private static boolean isPackable(Type element) {
        return element == Scalar.INT32 || element == Scalar.INT64 || element == Scalar.BOOLEAN;
    }

    private ArrayNode wrapped(Type element) throws IOException {
        ArrayNode array = NODES.arrayNode();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == 1) {
                array.add(value(element, WireFormat.getTagWireType(tag)));
            } else {
                in.skipField(tag);
            }
        }
        return array;
    }

    private void entry(MapType map, ObjectNode entries) throws IOException {
        String key = "";
        JsonNode value = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> key = in.readStringRequireUtf8();
                case 2 -> value = value(map.value(), WireFormat.getTagWireType(tag));
                default -> in.skipField(tag);
            }
        }
        entries.set(key, value == null ? NODES.nullNode() : value);
    }

    private JsonNode value(Type type, int wireType) throws IOException {
        return switch (type) {
            case StructType struct ->
                nested(wireType, () -> {
                    ObjectNode object = NODES.objectNode();
                    message(struct, object);
                    return object;
                });
            case ListType list -> nested(wireType, () -> wrapped(list.element()));
            case MapType _ -> throw new MalformedException("proto: a list or map of maps has no protobuf form");
            case Scalar scalar -> scalar(scalar, wireType);
        };
    }

    private JsonNode scalar(Scalar scalar, int wireType) throws IOException {
        return switch (scalar) {
            case STRING -> {
                expect(wireType, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                yield NODES.textNode(in.readStringRequireUtf8());
            }
            case BOOLEAN -> {
                expect(wireType, WireFormat.WIRETYPE_VARINT);
                yield NODES.booleanNode(in.readBool());
            }
            case INT32 -> {
                expect(wireType, WireFormat.WIRETYPE_VARINT);
                yield NODES.numberNode(in.readInt32());
            }
            case INT64 -> {
                expect(wireType, WireFormat.WIRETYPE_VARINT);
                yield number(in.readInt64());
            }
            case DOUBLE -> {
                expect(wireType, WireFormat.WIRETYPE_FIXED64);
                yield NODES.numberNode(in.readDouble());
            }
            case BYTES -> {
                expect(wireType, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                yield NODES.textNode(Base64.getEncoder().encodeToString(in.readByteArray()));
            }
            case TIME,
                    MICRO_TIME,
                    DURATION,
                    QUANTITY,
                    INT_OR_STRING,
                    RAW,
                    FIELDS,
                    ANY,
                    SCHEMA_OR_ARRAY,
                    SCHEMA_OR_BOOL,
                    SCHEMA_OR_STRINGS -> nested(wireType, () -> special(scalar));
        };
    }

    /** Small numbers are ints, as JSON's parser has them: trees from both compare equal. */
    private static JsonNode number(long value) {
        return (int) value == value ? NODES.numberNode((int) value) : NODES.numberNode(value);
    }

    /** Reads a message of one to three scalars and makes of it what JSON has. */
    private JsonNode special(Scalar scalar) throws IOException {
        long first = 0;
        long second = 0;
        byte[] bytes = null;
        ObjectNode schema = null;
        ArrayNode list = NODES.arrayNode();
        boolean any = false;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int number = WireFormat.getTagFieldNumber(tag);
            int wireType = WireFormat.getTagWireType(tag);
            any = true;
            if (wireType == WireFormat.WIRETYPE_VARINT) {
                long value = in.readInt64();
                first = number == 1 ? value : first;
                second = number == 2 ? value : second;
            } else if (wireType != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                in.skipField(tag);
            } else if (scalar == Scalar.SCHEMA_OR_ARRAY && number == 2) {
                list.add(value(schemaProps, wireType));
            } else if (scalar == Scalar.SCHEMA_OR_STRINGS && number == 2) {
                list.add(in.readStringRequireUtf8());
            } else if (scalar == Scalar.SCHEMA_OR_ARRAY
                    || scalar == Scalar.SCHEMA_OR_BOOL
                    || scalar == Scalar.SCHEMA_OR_STRINGS) {
                schema = (ObjectNode) value(schemaProps, wireType);
            } else {
                bytes = in.readByteArray();
            }
        }
        return switch (scalar) {
            case TIME -> any ? NODES.textNode(Times.format(instant(first, 0))) : NODES.nullNode();
            case MICRO_TIME -> any ? NODES.textNode(Times.formatMicro(instant(first, second))) : NODES.nullNode();
            case DURATION -> NODES.textNode(Durations.format(first));
            case QUANTITY -> NODES.textNode(bytes == null || bytes.length == 0 ? "0" : utf8(bytes));
            case INT_OR_STRING ->
                first == 1 ? NODES.textNode(bytes == null ? "" : utf8(bytes)) : NODES.numberNode((int) second);
            case RAW, FIELDS, ANY -> bytes == null ? NODES.nullNode() : JsonCodec.decodeAny(bytes);
            case SCHEMA_OR_ARRAY, SCHEMA_OR_STRINGS -> schema == null ? list : schema;
            case SCHEMA_OR_BOOL -> schema == null ? NODES.booleanNode(first != 0) : schema;
            case STRING, BOOLEAN, INT32, INT64, DOUBLE, BYTES -> throw new IllegalStateException("not a message");
        };
    }

    private static Instant instant(long seconds, long nanos) {
        try {
            Instant instant = Instant.ofEpochSecond(seconds, nanos);
            if (seconds < -62135596800L || seconds > 253402300799L) {
                throw new MalformedException("Timestamp: out of range");
            }
            return instant;
        } catch (DateTimeException | ArithmeticException _) {
            throw new MalformedException("Timestamp: out of range");
        }
    }

    private static String utf8(byte[] bytes) throws IOException {
        return Utf8.strict(bytes);
    }

    private interface Reading {
        JsonNode read() throws IOException;
    }

    private JsonNode nested(int wireType, Reading reading) throws IOException {
        expect(wireType, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        int outer = in.pushLimit(in.readRawVarint32());
        JsonNode value = reading.read();
        in.checkLastTagWas(0);
        in.popLimit(outer);
        return value;
    }

    private static void expect(int actual, int wanted) {
        if (actual != wanted) {
            throw new MalformedException("proto: wrong wireType = " + actual);
        }
    }
}
