package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.StructType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Parts of objects, merged into objects as server-side apply does; but nobody comes to own what they set. */
public final class Partial {
    private Partial() {}

    /** Returns the object with what the part sets; neither is changed. */
    public static ObjectNode merge(StructType type, ObjectNode object, ObjectNode part) {
        return (ObjectNode) Owned.merge(Shape.Struct.of(type), object, part);
    }

    /**
     * Paths of the lists, maps and structs in the part that are owned as a whole: merging them removes whatever they do
     * not repeat.
     */
    public static List<String> atomics(StructType type, ObjectNode part) {
        List<String> found = new ArrayList<>(0);
        collect(Shape.Struct.of(type), part, "", found);
        return found;
    }

    private static void collect(Shape shape, JsonNode value, String path, List<String> found) {
        switch (shape) {
            case Shape.Leaf _ -> {
                if (value.isContainerNode()) {
                    found.add(path);
                }
            }
            case Shape.Struct _ -> {
                for (Map.Entry<String, JsonNode> each : value.properties()) {
                    Shape child = Shape.child(shape, each.getKey());
                    if (child != null) {
                        collect(child, each.getValue(), path + "." + each.getKey(), found);
                    }
                }
            }
            case Shape.Items items -> {
                for (int i = 0; i < value.size(); i++) {
                    collect(items.element(), value.get(i), path + "[" + i + "]", found);
                }
            }
            case Shape.Keys _ -> {}
        }
    }
}
