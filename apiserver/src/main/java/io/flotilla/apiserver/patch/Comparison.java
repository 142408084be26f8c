package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.StructType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What differs between two states of an object, as sets of paths. */
final class Comparison {
    private final FieldSet added = new FieldSet();
    private final FieldSet removed = new FieldSet();
    private final FieldSet modified = new FieldSet();
    private final List<String> path = new ArrayList<>();

    private Comparison() {}

    static Comparison of(StructType type, ObjectNode before, ObjectNode after) {
        Comparison comparison = new Comparison();
        comparison.compare(new Shape.Struct(type), before, after);
        return comparison;
    }

    FieldSet removed() {
        return removed;
    }

    /** What the newer state sets. */
    FieldSet changed() {
        return modified.union(added);
    }

    private void compare(Shape shape, @Nullable JsonNode before, @Nullable JsonNode after) {
        if (before == null && after == null) {
            return;
        }
        boolean bothEmpty = isEmpty(before) && isEmpty(after);
        boolean divided = switch (shape) {
            case Shape.Leaf _ -> false;
            case Shape.Struct _, Shape.Keys _ -> isOr(before, ObjectNode.class) && isOr(after, ObjectNode.class);
            case Shape.Items _ -> isOr(before, ArrayNode.class) && isOr(after, ArrayNode.class);
        };
        if (!divided || bothEmpty) {
            if (before != null && after != null) {
                if (!before.equals(after)) {
                    modified.insert(path);
                }
                return;
            }
        } else if (shape instanceof Shape.Items items) {
            items(items, before, after);
        } else {
            fields(shape, before, after);
        }
        if (before == null) {
            added.insert(path);
        } else if (after == null) {
            removed.insert(path);
        }
    }

    private static boolean isEmpty(@Nullable JsonNode value) {
        return value == null || value.isNull() || (value.isContainerNode() && value.isEmpty());
    }

    private static boolean isOr(@Nullable JsonNode value, Class<? extends JsonNode> kind) {
        return value == null || value.isNull() || kind.isInstance(value);
    }

    private void fields(Shape shape, @Nullable JsonNode before, @Nullable JsonNode after) {
        Set<String> names = new LinkedHashSet<>();
        if (before != null) {
            before.fieldNames().forEachRemaining(names::add);
        }
        if (after != null) {
            after.fieldNames().forEachRemaining(names::add);
        }
        for (String name : names) {
            Shape child = Shape.child(shape, name);
            path.add("f:" + name);
            compare(
                    child == null ? Shape.LEAF : child,
                    before == null ? null : before.get(name),
                    after == null ? null : after.get(name));
            path.removeLast();
        }
    }

    private void items(Shape.Items items, @Nullable JsonNode before, @Nullable JsonNode after) {
        Map<String, JsonNode> old = byKey(items.identity(), before);
        Map<String, JsonNode> now = byKey(items.identity(), after);
        Set<String> keys = new LinkedHashSet<>(old.keySet());
        keys.addAll(now.keySet());
        for (String key : keys) {
            path.add(key);
            compare(items.element(), old.get(key), now.get(key));
            path.removeLast();
        }
    }

    static Map<String, JsonNode> byKey(ListIdentity identity, @Nullable JsonNode list) {
        Map<String, JsonNode> items = new LinkedHashMap<>();
        if (list != null) {
            list.forEach(item -> items.put(identity.itemKey(item), item));
        }
        return items;
    }
}
