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
        comparison.compare(Shape.Struct.of(type), before, after);
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
        if (before == null) {
            if (after != null) {
                added.graft(path, whole(shape, after));
            }
        } else if (after == null) {
            removed.graft(path, whole(shape, before));
        } else if (!before.equals(after)) {
            if (isEmpty(before) && isEmpty(after)) {
                modified.insert(path);
            } else if (shape instanceof Shape.Items items
                    && isOr(before, ArrayNode.class)
                    && isOr(after, ArrayNode.class)) {
                items(items, before, after);
            } else if (hasNames(shape) && isOr(before, ObjectNode.class) && isOr(after, ObjectNode.class)) {
                fields(shape, before, after);
            } else {
                modified.insert(path);
            }
        }
    }

    private static boolean hasNames(Shape shape) {
        return shape instanceof Shape.Struct || shape instanceof Shape.Keys;
    }

    /** Everything that a value sets where there was none. */
    private static FieldSet whole(Shape shape, JsonNode value) {
        FieldSet set = FieldSet.itself();
        if (shape instanceof Shape.Items items && value.isArray()) {
            for (JsonNode item : value) {
                set.put(items.identity().itemKey(item), whole(items.element(), item));
            }
        } else if (hasNames(shape) && value.isObject()) {
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                Shape.Member member = Shape.member(shape, entry.getKey());
                set.put(member.edge(), whole(member.shape(), entry.getValue()));
            }
        }
        return set;
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isNull() || (value.isContainerNode() && value.isEmpty());
    }

    private static boolean isOr(JsonNode value, Class<? extends JsonNode> kind) {
        return value.isNull() || kind.isInstance(value);
    }

    private void fields(Shape shape, JsonNode before, JsonNode after) {
        for (Map.Entry<String, JsonNode> entry : before.properties()) {
            field(shape, entry.getKey(), entry.getValue(), after.get(entry.getKey()));
        }
        for (Map.Entry<String, JsonNode> entry : after.properties()) {
            if (!before.has(entry.getKey())) {
                field(shape, entry.getKey(), null, entry.getValue());
            }
        }
    }

    private void field(Shape shape, String name, @Nullable JsonNode before, @Nullable JsonNode after) {
        Shape.Member member = Shape.member(shape, name);
        path.add(member.edge());
        compare(member.shape(), before, after);
        path.removeLast();
    }

    private void items(Shape.Items items, JsonNode before, JsonNode after) {
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

    static Map<String, JsonNode> byKey(ListIdentity identity, JsonNode list) {
        Map<String, JsonNode> items = new LinkedHashMap<>();
        list.forEach(item -> items.put(identity.itemKey(item), item));
        return items;
    }
}
