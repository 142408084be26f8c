package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;

/** JSON merge patch (RFC 7386). */
public final class MergePatch {
    private MergePatch() {}

    /** Changes the object as the patch says; the patch is used up: parts of it become parts of the object. */
    public static void apply(ObjectNode object, ObjectNode patch) {
        for (Map.Entry<String, JsonNode> entry : patch.properties()) {
            String name = entry.getKey();
            JsonNode value = entry.getValue();
            if (value.isNull()) {
                object.remove(name);
            } else if (value instanceof ObjectNode changes) {
                if (object.get(name) instanceof ObjectNode current) {
                    apply(current, changes);
                } else {
                    dropNulls(changes);
                    object.set(name, changes);
                }
            } else {
                object.set(name, value);
            }
        }
    }

    /** Nulls remove; in what is new there is nothing to remove. Lists are taken as they are. */
    static void dropNulls(ObjectNode object) {
        Iterator<JsonNode> values = object.iterator();
        while (values.hasNext()) {
            JsonNode value = values.next();
            if (value.isNull()) {
                values.remove();
            } else if (value instanceof ObjectNode inner) {
                dropNulls(inner);
            }
        }
    }
}
