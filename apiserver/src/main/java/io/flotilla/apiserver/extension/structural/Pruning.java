package io.flotilla.apiserver.extension.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.FieldProblem;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Removes fields that a schema does not know, and tells which. */
final class Pruning {
    private static final int MOST_PROBLEMS = 100;

    private final Function<ObjectNode, List<FieldProblem>> metadata;
    private final List<FieldProblem> problems = new ArrayList<>(0);

    /** @param metadata prunes metadata of embedded objects */
    private Pruning(Function<ObjectNode, List<FieldProblem>> metadata) {
        this.metadata = metadata;
    }

    /** Prunes a whole object; its type and metadata are left alone. */
    static List<FieldProblem> prune(
            Structural schema, ObjectNode object, Function<ObjectNode, List<FieldProblem>> metadata) {
        Pruning pruning = new Pruning(metadata);
        pruning.object(schema, object, "", true);
        return pruning.problems;
    }

    private void value(Structural schema, JsonNode value, String path) {
        if (value instanceof ObjectNode object) {
            object(schema, object, path, schema.embedded());
        } else if (value.isArray()) {
            Structural items = schema.items();
            if (items != null) {
                for (int i = 0; i < value.size(); i++) {
                    value(items, value.get(i), path + "[" + i + "]");
                }
            }
        }
    }

    private void object(Structural schema, ObjectNode object, String path, boolean resource) {
        Iterator<Map.Entry<String, JsonNode>> entries = object.properties().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, JsonNode> entry = entries.next();
            String name = entry.getKey();
            String below = path.isEmpty() ? name : path + "." + name;
            if (resource && isOfEveryResource(name)) {
                if (!path.isEmpty() && name.equals("metadata") && entry.getValue() instanceof ObjectNode embedded) {
                    metadata.apply(embedded)
                            .forEach(each -> add(new FieldProblem(each.kind(), below + "." + each.path())));
                }
                continue;
            }
            Structural child = schema.child(name);
            if (child != null) {
                value(child, entry.getValue(), below);
            } else if (!schema.preservesUnknown() && !schema.additionalAny()) {
                add(new FieldProblem(FieldProblem.Kind.UNKNOWN, below));
                entries.remove();
            }
        }
    }

    private void add(FieldProblem problem) {
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(problem);
        }
    }

    private static boolean isOfEveryResource(String name) {
        return name.equals("apiVersion") || name.equals("kind") || name.equals("metadata");
    }
}
