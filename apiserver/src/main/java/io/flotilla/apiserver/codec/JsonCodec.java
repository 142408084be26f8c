package io.flotilla.apiserver.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.FieldProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * JSON to trees and back. Reading tells repeated fields, bounds depth and the length of numbers, and takes exactly one
 * value. Stateless.
 */
public final class JsonCodec {
    /** Far deeper than any kind of the API, far from what a stack can take. */
    public static final int MAX_DEPTH = 500;

    private static final int MAX_NUMBER_LENGTH = 400;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(1 << 20)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();
    private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);

    private JsonCodec() {}

    /**
     * Reads one object.
     *
     * @throws MalformedException it is not JSON, or not an object
     */
    public static Decoded decode(byte[] json) {
        return decode(json, 0, json.length);
    }

    /** As {@link #decode(byte[])}, from a part of an array. */
    public static Decoded decode(byte[] json, int offset, int length) {
        Reader reader = new Reader();
        JsonNode value = reader.document(json, offset, length);
        if (!(value instanceof ObjectNode object)) {
            throw new MalformedException("couldn't get version/kind; json parse error: json: cannot unmarshal "
                    + goKind(value)
                    + " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; "
                    + "Kind string \"json:\\\"kind,omitempty\\\"\" }");
        }
        return new Decoded(object, reader.duplicates);
    }

    /** Reads any value: patches are arrays as well. */
    public static JsonNode decodeAny(byte[] json) {
        return new Reader().document(json, 0, json.length);
    }

    /** Reads an object that this program wrote: repeated fields are not looked for. */
    public static ObjectNode decodeTrusted(byte[] json) {
        return decode(json).object();
    }

    /** Writes a tree compactly. */
    public static byte[] encode(JsonNode tree) {
        try (ByteArrayBuilder out = new ByteArrayBuilder(FACTORY._getBufferRecycler(), 2048);
                JsonGenerator generator = FACTORY.createGenerator(out)) {
            MAPPER.writeTree(generator, tree);
            generator.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a tree for people: two spaces a level, as {@code ?pretty=true} asks. */
    public static byte[] encodePretty(JsonNode tree) {
        try {
            return MAPPER.writer(PrettyPrinting.GO).writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode text(String value) {
        return NODES.textNode(value);
    }

    private static String goKind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "array";
            case STRING -> "string";
            case NUMBER -> "number";
            case BOOLEAN -> "bool";
            case OBJECT, NULL, MISSING, BINARY, POJO -> "null";
        };
    }

    private static final class Reader {
        private final List<FieldProblem> duplicates = new ArrayList<>(0);
        private final List<Object> path = new ArrayList<>();
        private boolean halves;

        JsonNode document(byte[] json, int offset, int length) {
            halves = Utf8.mayHoldHalves(json, offset, length);
            try (JsonParser parser = FACTORY.createParser(json, offset, length)) {
                if (parser.nextToken() == null) {
                    throw new MalformedException("unexpected end of JSON input");
                }
                JsonNode value = value(parser);
                if (parser.nextToken() != null) {
                    throw new MalformedException(JsonSyntax.fault(json, offset, length, "more than one value"));
                }
                return value;
            } catch (StreamConstraintsException e) {
                throw new MalformedException(
                        e.getOriginalMessage().contains("nesting depth")
                                ? "exceeded max depth"
                                : "the JSON exceeds a limit: a number or name is too long");
            } catch (JsonParseException e) {
                throw new MalformedException(JsonSyntax.fault(json, offset, length, e.getOriginalMessage()));
            } catch (IOException e) {
                throw new MalformedException("unexpected end of JSON input");
            }
        }

        private JsonNode value(JsonParser parser) throws IOException {
            return switch (parser.currentToken()) {
                case START_OBJECT -> object(parser);
                case START_ARRAY -> array(parser);
                case VALUE_STRING -> NODES.textNode(whole(parser.getText()));
                case VALUE_TRUE -> NODES.booleanNode(true);
                case VALUE_FALSE -> NODES.booleanNode(false);
                case VALUE_NULL -> NODES.nullNode();
                case VALUE_NUMBER_INT ->
                    switch (parser.getNumberType()) {
                        case INT -> NODES.numberNode(parser.getIntValue());
                        case LONG -> NODES.numberNode(parser.getLongValue());
                        case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> NODES.numberNode(parser.getBigIntegerValue());
                    };
                case VALUE_NUMBER_FLOAT -> number(parser);
                case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                    throw new MalformedException("unexpected end of JSON input");
            };
        }

        private String whole(String text) {
            return halves ? Utf8.whole(text) : text;
        }

        private JsonNode number(JsonParser parser) throws IOException {
            double value = parser.getDoubleValue();
            if (Double.isInfinite(value)) {
                throw new MalformedException(
                        "json: cannot unmarshal number " + parser.getText() + " into Go value of type float64");
            }
            return NODES.numberNode(value);
        }

        private ObjectNode object(JsonParser parser) throws IOException {
            ObjectNode object = NODES.objectNode();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = whole(parser.currentName());
                parser.nextToken();
                path.add(name);
                if (object.replace(name, value(parser)) != null && duplicates.size() < 100) {
                    duplicates.add(new FieldProblem(FieldProblem.Kind.DUPLICATE, joined()));
                }
                path.removeLast();
            }
            return object;
        }

        private ArrayNode array(JsonParser parser) throws IOException {
            ArrayNode array = NODES.arrayNode();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                path.add(array.size());
                array.add(value(parser));
                path.removeLast();
            }
            return array;
        }

        private String joined() {
            StringBuilder text = new StringBuilder();
            for (Object segment : path) {
                if (segment instanceof Integer index) {
                    text.append('[').append(index).append(']');
                } else {
                    text.append(text.isEmpty() ? "" : ".").append(segment);
                }
            }
            return text.toString();
        }
    }
}
