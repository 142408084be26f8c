package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.Field;
import io.flotilla.apiserver.schema.ListType;
import io.flotilla.apiserver.schema.MapType;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Strategic merge patch: a merge patch that knows from the type which lists are merged by which key, and takes
 * directives ({@code $patch}, {@code $retainKeys}, {@code $setElementOrder/…}, {@code $deleteFromPrimitiveList/…}).
 */
public final class StrategicMerge {
    private static final String PATCH = "$patch";
    private static final String RETAIN_KEYS = "$retainKeys";
    private static final String SET_ORDER = "$setElementOrder/";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";

    private StrategicMerge() {}

    /**
     * Changes the object as the patch says and returns it, or what replaces it. The patch is used up: parts of it become
     * parts of the object.
     *
     * @throws StatusException a directive is malformed or an item lacks its merge key
     */
    public static ObjectNode apply(StructType type, ObjectNode object, ObjectNode patch) {
        return merge(type, object, patch);
    }

    private static ObjectNode merge(@Nullable Type type, ObjectNode original, ObjectNode patch) {
        JsonNode directive = patch.remove(PATCH);
        if (directive != null) {
            switch (directive.asText()) {
                case "replace" -> {
                    return patch;
                }
                case "delete" -> {
                    return JsonNodeFactory.instance.objectNode();
                }
                case "merge" -> {}
                default -> throw badRequest("Unrecognized type of the patch directive: " + directive.asText());
            }
        }
        retainKeys(original, patch);
        setElementOrder(type, original, patch);
        for (Map.Entry<String, JsonNode> entry : List.copyOf(patch.properties())) {
            boolean deletes = entry.getKey().startsWith(DELETE_FROM);
            String name = deletes ? entry.getKey().substring(DELETE_FROM.length()) : entry.getKey();
            JsonNode change = entry.getValue();
            JsonNode current = original.get(name);
            if (change.isNull()) {
                original.remove(name);
            } else if (current instanceof ObjectNode inner && change instanceof ObjectNode changes) {
                Field field = field(type, name);
                boolean replace = field != null && field.patchReplace();
                original.set(name, replace ? changes : merge(valueType(type, name), inner, changes));
            } else if (current instanceof ArrayNode list && change instanceof ArrayNode changes) {
                original.set(name, mergeList(type, name, list, changes, deletes));
            } else if (!deletes) {
                original.set(name, withoutDirectives(change));
            }
        }
        return original;
    }

    private static @Nullable Field field(@Nullable Type type, String name) {
        return type instanceof StructType struct ? struct.field(name) : null;
    }

    private static @Nullable Type valueType(@Nullable Type type, String name) {
        if (type instanceof MapType map) {
            return map.value();
        }
        Field field = field(type, name);
        return field == null ? null : field.type();
    }

    private static void retainKeys(ObjectNode original, ObjectNode patch) {
        JsonNode directive = patch.remove(RETAIN_KEYS);
        if (directive == null) {
            return;
        }
        if (!directive.isArray()) {
            throw badRequest("invalid patch format of retainKeys");
        }
        Set<String> keys = new HashSet<>();
        directive.forEach(key -> keys.add(key.asText()));
        for (Map.Entry<String, JsonNode> entry : patch.properties()) {
            boolean plain =
                    !entry.getKey().startsWith(DELETE_FROM) && !entry.getKey().startsWith(SET_ORDER);
            if (plain && !entry.getValue().isNull() && !keys.contains(entry.getKey())) {
                throw badRequest("invalid patch format of retainKeys");
            }
        }
        original.retain(keys);
    }

    /** Merges each list that comes with an order, puts its items into that order, and takes both out of the patch. */
    private static void setElementOrder(@Nullable Type type, ObjectNode original, ObjectNode patch) {
        List<String> directives = new ArrayList<>(0);
        patch.fieldNames().forEachRemaining(name -> {
            if (name.startsWith(SET_ORDER)) {
                directives.add(name);
            }
        });
        for (String directive : directives) {
            String name = directive.substring(SET_ORDER.length());
            if (!(patch.remove(directive) instanceof ArrayNode order)) {
                throw badRequest("invalid patch format of setElementOrder list");
            }
            JsonNode change = patch.get(name);
            if (change != null && !change.isArray()) {
                continue;
            }
            patch.remove(name);
            ArrayNode current = original.get(name) instanceof ArrayNode list ? list : null;
            String key = mergeKey(type, name);
            ArrayNode merged;
            if (change instanceof ArrayNode changes) {
                checkOrder(changes, order, key);
                merged = current == null
                        ? (ArrayNode) withoutDirectives(changes)
                        : mergeList(type, name, current.deepCopy(), changes, false);
            } else if (current != null) {
                merged = current.deepCopy();
            } else {
                continue;
            }
            original.set(name, ordered(merged, order, current == null ? merged : current, key));
        }
    }

    private static void checkOrder(ArrayNode changes, ArrayNode order, String key) {
        Set<JsonNode> ordered = identities(order, key);
        for (JsonNode change : changes) {
            if (!change.has(PATCH) && !ordered.contains(identity(change, key))) {
                throw badRequest("The order in patch list:\n" + changes + "\n doesn't match " + SET_ORDER + " list:\n"
                        + order + "\n");
            }
        }
    }

    private static String mergeKey(@Nullable Type type, String name) {
        Field field = field(type, name);
        return field == null || !field.patchMerge() ? "" : field.mergeKey();
    }

    private static ArrayNode mergeList(
            @Nullable Type owner, String name, ArrayNode original, ArrayNode patch, boolean deletes) {
        Field field = field(owner, name);
        if (deletes) {
            Set<JsonNode> gone = new HashSet<>();
            patch.forEach(gone::add);
            ArrayNode kept = original.arrayNode();
            original.forEach(item -> {
                if (!gone.contains(item)) {
                    kept.add(item);
                }
            });
            return kept;
        }
        if (field == null || !field.patchMerge()) {
            return patch;
        }
        String key = field.mergeKey();
        Type element = field.type() instanceof ListType list ? list.element() : null;
        ArrayNode order = patch.deepCopy();
        ArrayNode before = original.deepCopy();
        ArrayNode merged;
        if (key.isEmpty()) {
            Set<JsonNode> both = new LinkedHashSet<>();
            original.forEach(both::add);
            patch.forEach(both::add);
            merged = original.arrayNode().addAll(both);
        } else {
            merged = mergeItems(element, key, original, patch);
        }
        return ordered(merged, order, before, key);
    }

    private static ArrayNode mergeItems(@Nullable Type element, String key, ArrayNode original, ArrayNode patch) {
        ArrayNode kept = original;
        ArrayNode changes = patch.arrayNode();
        boolean replace = false;
        for (JsonNode each : patch) {
            if (!(each instanceof ObjectNode item)) {
                throw badRequest("invalid patch: an item of a list merged by " + key + " is not an object");
            }
            JsonNode directive = item.get(PATCH);
            if (directive == null) {
                changes.add(item);
            } else if (directive.asText().equals("delete")) {
                JsonNode identity = required(item, key);
                ArrayNode rest = original.arrayNode();
                kept.forEach(other -> {
                    if (!identity.equals(other.get(key))) {
                        rest.add(other);
                    }
                });
                kept = rest;
            } else if (directive.asText().equals("replace")) {
                replace = true;
            } else if (directive.asText().equals("merge")) {
                throw badRequest("merging lists cannot yet be specified in the patch");
            } else {
                throw badRequest("Unrecognized type of the patch directive: " + directive.asText());
            }
        }
        if (replace) {
            return (ArrayNode) withoutDirectives(changes);
        }
        for (JsonNode each : changes) {
            ObjectNode item = (ObjectNode) each;
            int index = indexOf(kept, key, required(item, key));
            if (index < 0) {
                kept.add(withoutDirectives(item));
            } else if (kept.get(index) instanceof ObjectNode current) {
                kept.set(index, merge(element, current, item));
            }
        }
        return kept;
    }

    private static JsonNode required(ObjectNode item, String key) {
        JsonNode value = item.get(key);
        if (value == null || value.isNull()) {
            throw badRequest("map: " + item + " does not contain declared merge key: " + key);
        }
        return value;
    }

    private static int indexOf(ArrayNode items, String key, JsonNode identity) {
        for (int i = 0; i < items.size(); i++) {
            if (identity.equals(items.get(i).get(key))) {
                return i;
            }
        }
        return -1;
    }

    private static @Nullable JsonNode identity(JsonNode item, String key) {
        return key.isEmpty() ? item : item.get(key);
    }

    private static Set<JsonNode> identities(ArrayNode items, String key) {
        Set<JsonNode> identities = new LinkedHashSet<>();
        for (JsonNode item : items) {
            JsonNode identity = identity(item, key);
            if (identity != null) {
                identities.add(identity);
            }
        }
        return identities;
    }

    /**
     * Puts the items that the order names into that order, and leaves the others where the server had them relative to
     * those.
     */
    private static ArrayNode ordered(ArrayNode merged, ArrayNode order, ArrayNode server, String key) {
        List<JsonNode> wanted = new ArrayList<>(identities(order, key));
        List<JsonNode> before = new ArrayList<>(identities(server, key));
        List<JsonNode> named = new ArrayList<>();
        List<JsonNode> others = new ArrayList<>();
        for (JsonNode item : merged) {
            (wanted.contains(identity(item, key)) ? named : others).add(item);
        }
        named.sort((a, b) -> Integer.compare(wanted.indexOf(identity(a, key)), wanted.indexOf(identity(b, key))));
        others.sort((a, b) -> Integer.compare(before.indexOf(identity(a, key)), before.indexOf(identity(b, key))));
        ArrayNode result = merged.arrayNode(merged.size());
        int other = 0;
        int name = 0;
        while (other < others.size() || name < named.size()) {
            boolean takeOther;
            if (other >= others.size()) {
                takeOther = false;
            } else if (name >= named.size()) {
                takeOther = true;
            } else {
                int left = before.indexOf(identity(others.get(other), key));
                int right = before.indexOf(identity(named.get(name), key));
                takeOther = left >= 0 && right >= 0 && left < right;
            }
            result.add(takeOther ? others.get(other++) : named.get(name++));
        }
        return result;
    }

    /** Returns a value without directives and, as there is nothing to remove in what is new, without nulls. */
    private static JsonNode withoutDirectives(JsonNode value) {
        if (value instanceof ObjectNode object) {
            Iterator<Map.Entry<String, JsonNode>> entries = object.properties().iterator();
            while (entries.hasNext()) {
                Map.Entry<String, JsonNode> entry = entries.next();
                if (isDirective(entry.getKey()) || entry.getValue().isNull()) {
                    entries.remove();
                } else {
                    entry.setValue(withoutDirectives(entry.getValue()));
                }
            }
            return object;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode kept = array.arrayNode(array.size());
            for (JsonNode item : array) {
                boolean deleted = item.path(PATCH).asText("").equals("delete");
                boolean bareDirective = item.size() == 1 && item.has(PATCH);
                if (!deleted && !bareDirective) {
                    kept.add(withoutDirectives(item));
                }
            }
            return kept;
        }
        return value;
    }

    private static boolean isDirective(String name) {
        return name.equals(PATCH)
                || name.equals(RETAIN_KEYS)
                || name.startsWith(SET_ORDER)
                || name.startsWith(DELETE_FROM);
    }

    private static StatusException badRequest(String message) {
        return StatusException.badRequest(message);
    }
}
