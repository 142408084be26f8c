package io.flotilla.apiserver.extension.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.CelValue;
import dev.cel.common.values.NullValue;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** What expressions make, as JSON. */
final class JsonValues {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private JsonValues() {}

    /**
     * Converts a value.
     *
     * @throws EvaluationException JSON has no such value, or a part of an object stands where its type does not belong
     */
    static JsonNode of(Object value) throws EvaluationException {
        return of(value, "");
    }

    /** @param place the type that a part of an object must have here; empty for any */
    private static JsonNode of(Object value, String place) throws EvaluationException {
        return switch (value) {
            case String text -> JSON.textNode(text);
            case Boolean truth -> JSON.booleanNode(truth);
            case Long number when number.intValue() == number -> JSON.numberNode(number.intValue());
            case Long number -> JSON.numberNode(number);
            case UnsignedLong number -> JSON.numberNode(number.bigIntegerValue());
            case Double number -> JSON.numberNode(number);
            case NullValue _ -> JSON.nullNode();
            case com.google.protobuf.NullValue _ -> JSON.nullNode();
            case CelByteString bytes -> JSON.textNode(Base64.getEncoder().encodeToString(bytes.toByteArray()));
            case Instant time -> JSON.textNode(time.toString());
            case Collection<?> items -> {
                ArrayNode array = JSON.arrayNode(items.size());
                for (Object each : items) {
                    array.add(of(each, place));
                }
                yield array;
            }
            case Map<?, ?> fields -> object(fields, place);
            case Optional<?> optional when optional.isPresent() -> of(optional.get(), place);
            case CelValue built -> of(built.value(), place);
            default ->
                throw new EvaluationException(
                        "unsupported value of type " + value.getClass().getSimpleName());
        };
    }

    private static ObjectNode object(Map<?, ?> fields, String place) throws EvaluationException {
        boolean built = fields.get(PatchTypes.TYPE) instanceof String;
        String type = built ? String.valueOf(fields.get(PatchTypes.TYPE)) : place;
        if (!place.isEmpty() && !type.equals(place)) {
            throw new EvaluationException("type mismatch: unexpected type name \"" + type + "\", expected \"" + place
                    + "\", which matches field name path from root Object type");
        }
        ObjectNode object = JSON.objectNode();
        for (Map.Entry<?, ?> each : fields.entrySet()) {
            if (!(each.getKey() instanceof String key)) {
                throw new EvaluationException("map key \"" + each.getKey() + "\" is not a string");
            }
            if (!key.equals(PatchTypes.TYPE)) {
                boolean part = built && !type.equals(PatchTypes.JSON_PATCH);
                object.set(key, of(each.getValue(), part ? type + "." + key : type.equals(place) ? place : ""));
            }
        }
        return object;
    }
}
