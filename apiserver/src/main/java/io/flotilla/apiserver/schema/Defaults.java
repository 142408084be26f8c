package io.flotilla.apiserver.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sets defaults from the outside in, as Kubernetes' defaulters do: for each struct the rules of the table, then those in
 * code ({@link FunctionDefaults}), then what is in it. Parts of a type under which nothing has a default are not walked.
 */
final class Defaults {
    private final FunctionDefaults functions;
    private final Map<StructType, Boolean> reaching = new ConcurrentHashMap<>();

    Defaults(Clock clock) {
        functions = new FunctionDefaults(clock);
    }

    void apply(StructType type, ObjectNode object) {
        functions.before(type.name(), object);
        for (DefaultRule rule : type.defaults()) {
            rule.apply(object);
        }
        functions.after(type.name(), object);
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            Field field = type.field(entry.getKey());
            if (field != null && reaches(field.type())) {
                value(field.type(), entry.getValue());
            }
        }
    }

    private void value(Type type, JsonNode value) {
        switch (type) {
            case StructType struct when value instanceof ObjectNode object -> apply(struct, object);
            case ListType list
            when value instanceof ArrayNode array -> array.forEach(element -> value(list.element(), element));
            case MapType map when map.value() == Scalar.QUANTITY && value instanceof ObjectNode object -> round(object);
            case MapType map
            when value instanceof ObjectNode object -> object.forEach(element -> value(map.value(), element));
            case StructType _, ListType _, MapType _, Scalar _ -> {}
        }
    }

    private boolean reaches(Type type) {
        return reaches(type, new HashSet<>());
    }

    private boolean reaches(Type type, Set<StructType> above) {
        return switch (type) {
            case StructType struct -> {
                Boolean known = reaching.get(struct);
                if (known == null) {
                    known = above.add(struct) && found(struct, above);
                    reaching.put(struct, known);
                }
                yield known;
            }
            case ListType list -> reaches(list.element(), above);
            case MapType map -> map.value() == Scalar.QUANTITY || reaches(map.value(), above);
            case Scalar _ -> false;
        };
    }

    private boolean found(StructType struct, Set<StructType> above) {
        return !struct.defaults().isEmpty()
                || functions.handles(struct.name())
                || struct.fields().stream().anyMatch(field -> reaches(field.type(), above));
    }

    /** Resource lists keep thousandths: more digits are rounded up. */
    private static void round(ObjectNode quantities) {
        for (Map.Entry<String, JsonNode> entry : quantities.properties()) {
            String text = entry.getValue().asText();
            if (text.endsWith("n") || text.endsWith("u") || text.indexOf('e') > 0) {
                entry.setValue(quantities.textNode(Quantities.roundedToMilli(text)));
            }
        }
    }
}
