package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Values seen through their shape: which paths they set, how they merge, what is left when paths are taken out. */
final class Owned {
    private Owned() {}

    /** The paths that a configuration sets. */
    static FieldSet paths(Shape shape, JsonNode value) {
        FieldSet set = new FieldSet();
        collect(shape, value, new ArrayList<>(), set);
        return set;
    }

    private static void collect(Shape shape, JsonNode value, List<String> path, FieldSet set) {
        switch (shape) {
            case Shape.Leaf _ -> set.insert(path);
            case Shape.Struct _, Shape.Keys _ -> {
                if (!value.isObject()) {
                    set.insert(path);
                    return;
                }
                for (Map.Entry<String, JsonNode> entry : value.properties()) {
                    JsonNode inner = entry.getValue();
                    Shape.Member member = Shape.member(shape, entry.getKey());
                    path.add(member.edge());
                    collect(member.shape(), inner, path, set);
                    boolean key = shape instanceof Shape.Keys;
                    if (key || inner.isNull() || (inner.isObject() && inner.isEmpty())) {
                        set.insert(path);
                    }
                    path.removeLast();
                }
            }
            case Shape.Items items -> {
                for (JsonNode item : value) {
                    path.add(items.identity().itemKey(item));
                    collect(items.element(), item, path, set);
                    set.insert(path);
                    path.removeLast();
                }
            }
        }
    }

    /** Merges a configuration into a live value: what it sets wins. Neither is changed. */
    static JsonNode merge(Shape shape, @Nullable JsonNode live, JsonNode config) {
        if (live == null || live.isNull() || config.isNull()) {
            return config.deepCopy();
        }
        return switch (shape) {
            case Shape.Leaf _ -> config.deepCopy();
            case Shape.Struct _, Shape.Keys _ -> {
                if (!(live instanceof ObjectNode before) || !config.isObject()) {
                    yield config.deepCopy();
                }
                ObjectNode merged = before.deepCopy();
                for (Map.Entry<String, JsonNode> entry : config.properties()) {
                    Shape child = Shape.member(shape, entry.getKey()).shape();
                    merged.set(entry.getKey(), merge(child, before.get(entry.getKey()), entry.getValue()));
                }
                yield merged;
            }
            case Shape.Items items -> {
                if (!live.isArray() || !(config instanceof ArrayNode)) {
                    yield config.deepCopy();
                }
                yield mergeItems(items, live, config);
            }
        };
    }

    /**
     * Merges two lists of items. Shared items stand in the order of the configuration; items of one side alone stay
     * where they were relative to those.
     */
    private static ArrayNode mergeItems(Shape.Items items, JsonNode live, JsonNode config) {
        ListIdentity identity = items.identity();
        Map<String, JsonNode> liveItems = Comparison.byKey(identity, live);
        Map<String, JsonNode> configItems = Comparison.byKey(identity, config);
        List<String> left = new ArrayList<>();
        live.forEach(item -> left.add(identity.itemKey(item)));
        List<String> right = new ArrayList<>();
        config.forEach(item -> right.add(identity.itemKey(item)));
        Deque<String> shared = new ArrayDeque<>();
        right.stream().filter(liveItems::containsKey).forEach(shared::add);
        Set<String> done = new HashSet<>();
        ArrayNode out = ((ArrayNode) config).arrayNode();
        int l = 0;
        int r = 0;
        while (l < left.size() || r < right.size()) {
            if (l < left.size() && r < right.size()) {
                String key = left.get(l);
                if (key.equals(right.get(r))) {
                    out.add(mergedItem(items, liveItems.get(key), configItems, key));
                    done.add(key);
                    shared.poll();
                    l++;
                    r++;
                    continue;
                }
                if (configItems.containsKey(key)
                        && shared.peek() != null
                        && !shared.peek().equals(key)) {
                    l++;
                    continue;
                }
            }
            if (l < left.size()) {
                String key = left.get(l);
                if (!configItems.containsKey(key)) {
                    out.add(live.get(l).deepCopy());
                    l++;
                    continue;
                }
                if (done.contains(key)) {
                    l++;
                }
            }
            if (r < right.size()) {
                String key = right.get(r);
                out.add(mergedItem(items, liveItems.get(key), configItems, key));
                done.add(key);
                r++;
                if (key.equals(shared.peek())) {
                    shared.poll();
                }
            }
        }
        return out;
    }

    private static JsonNode mergedItem(
            Shape.Items items, @Nullable JsonNode live, Map<String, JsonNode> config, String key) {
        JsonNode item = config.get(key);
        if (item == null) {
            throw new IllegalStateException("No item " + key);
        }
        return merge(items.element(), live, item);
    }

    /** Returns the value without the paths of a set; null if nothing is left. The value given is not changed. */
    static @Nullable JsonNode remove(Shape shape, JsonNode value, FieldSet gone) {
        return switch (shape) {
            case Shape.Leaf _ -> value;
            case Shape.Struct _, Shape.Keys _ -> {
                if (!(value instanceof ObjectNode object)) {
                    yield value;
                }
                ObjectNode kept = object.objectNode();
                for (Map.Entry<String, JsonNode> entry : object.properties()) {
                    Shape.Member member = Shape.member(shape, entry.getKey());
                    FieldSet below = gone.children().get(member.edge());
                    JsonNode rest = below == null
                            ? entry.getValue()
                            : below.isMember() ? null : remove(member.shape(), entry.getValue(), below);
                    if (rest != null) {
                        kept.set(entry.getKey(), rest);
                    }
                }
                yield kept.isEmpty() ? null : kept;
            }
            case Shape.Items items -> {
                if (!(value instanceof ArrayNode array)) {
                    yield value;
                }
                ArrayNode kept = array.arrayNode();
                for (JsonNode item : array) {
                    FieldSet below = gone.children().get(items.identity().itemKey(item));
                    JsonNode rest =
                            below == null ? item : below.isMember() ? null : remove(items.element(), item, below);
                    if (rest != null) {
                        kept.add(rest);
                    }
                }
                yield kept.isEmpty() ? null : kept;
            }
        };
    }

    /** The set with every declared field that leads to a member made one itself. */
    static FieldSet withNamedParents(Shape shape, FieldSet set) {
        FieldSet result = new FieldSet();
        if (set.isMember()) {
            result.makeMember();
        }
        Edges edges = set.children().inOrder();
        for (int i = 0; i < edges.size(); i++) {
            String edge = edges.name(i);
            Shape child = Shape.LEAF;
            boolean named = false;
            if (edge.startsWith("f:")) {
                Shape found = Shape.child(shape, edge.substring(2));
                named = found != null && shape instanceof Shape.Struct;
                child = found == null ? Shape.LEAF : found;
            } else if (shape instanceof Shape.Items items) {
                child = items.element();
            }
            FieldSet inner = withNamedParents(child, edges.set(i));
            if (named) {
                inner.makeMember();
            }
            result.put(edge, inner);
        }
        return result;
    }
}
