package io.flotilla.apiserver.extension.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;

/** Sets the defaults of a schema, from the outside in; a null where none may be counts as nothing. */
public final class Defaulting {
    private Defaulting() {}

    public static void apply(Structural schema, JsonNode value) {
        if (value instanceof ObjectNode object) {
            object(schema, object);
        } else if (value.isArray()) {
            Structural items = schema.items();
            if (items != null) {
                value.forEach(item -> apply(items, item));
            }
        }
    }

    private static void object(Structural schema, ObjectNode object) {
        Iterator<Map.Entry<String, JsonNode>> entries = object.properties().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, JsonNode> entry = entries.next();
            Structural child = schema.child(entry.getKey());
            if (child != null && entry.getValue().isNull() && !child.nullable()) {
                if (child.defaultValue().isMissingNode()) {
                    entries.remove();
                } else {
                    entry.setValue(child.defaultValue().deepCopy());
                }
            }
        }
        schema.properties().forEach((name, child) -> {
            if (!object.has(name) && !child.defaultValue().isMissingNode()) {
                object.set(name, child.defaultValue().deepCopy());
            }
        });
        object.properties().forEach(entry -> {
            Structural child = schema.child(entry.getKey());
            if (child != null) {
                apply(child, entry.getValue());
            }
        });
    }
}
