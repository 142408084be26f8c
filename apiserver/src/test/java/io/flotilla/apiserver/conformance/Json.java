package io.flotilla.apiserver.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/** JSON, written in tests without the quotes that hide it. */
final class Json {
    private static final JsonMapper RELAXED = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES, JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .build();
    private static final JsonMapper STRICT = new JsonMapper();

    private Json() {}

    /** Reads an object whose names need no quotes and whose texts may be in single ones; {@code %s} take the arguments. */
    @SuppressWarnings("AnnotateFormatMethod") // what is formatted is JSON; that is checked when it is read
    static ObjectNode object(String text, Object... arguments) {
        try {
            return (ObjectNode) RELAXED.readTree(arguments.length == 0 ? text : text.formatted(arguments));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #object}, but any JSON. */
    @SuppressWarnings("AnnotateFormatMethod") // as above
    static String text(String text, Object... arguments) {
        try {
            return RELAXED.readTree(arguments.length == 0 ? text : text.formatted(arguments))
                    .toString();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads what the server sent. */
    static JsonNode parse(byte[] json) {
        try {
            return STRICT.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
