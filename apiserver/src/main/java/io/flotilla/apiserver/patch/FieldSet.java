package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * A set of paths, as {@code fieldsV1} holds it: a tree whose edges are {@code f:name}, {@code k:{…}} or {@code v:…}, and
 * whose nodes are in the set or merely lead to some that are. Mutable while it is built.
 */
final class FieldSet {
    private static final String SELF = ".";

    private boolean member;
    private final Map<String, FieldSet> children = new TreeMap<>();

    static FieldSet of(JsonNode fields) {
        FieldSet set = new FieldSet();
        fields.properties().forEach(entry -> {
            if (!entry.getKey().equals(SELF)) {
                FieldSet child = of(entry.getValue());
                child.member = entry.getValue().isEmpty() || entry.getValue().has(SELF);
                set.children.put(entry.getKey(), child);
            }
        });
        return set;
    }

    /** The set whose only path has no edges. */
    static FieldSet itself() {
        FieldSet set = new FieldSet();
        set.member = true;
        return set;
    }

    /** The set of these paths, each given by its edges. */
    @SafeVarargs
    static FieldSet ofPaths(List<String>... paths) {
        FieldSet set = new FieldSet();
        for (List<String> path : paths) {
            set.insert(path);
        }
        return set;
    }

    ObjectNode toJson() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        children.forEach((edge, child) -> {
            ObjectNode inner = child.toJson();
            if (child.member && !inner.isEmpty()) {
                ObjectNode withSelf = object.putObject(edge);
                withSelf.putObject(SELF);
                withSelf.setAll(inner);
            } else {
                object.set(edge, inner);
            }
        });
        return object;
    }

    boolean isMember() {
        return member;
    }

    Map<String, FieldSet> children() {
        return children;
    }

    /** Whether no path is in the set. */
    boolean isEmpty() {
        return !member && children.values().stream().allMatch(FieldSet::isEmpty);
    }

    void insert(List<String> path) {
        FieldSet node = this;
        for (String edge : path) {
            node = node.children.computeIfAbsent(edge, _ -> new FieldSet());
        }
        node.member = true;
    }

    /** Makes the paths of the other set, behind that edge, this set's. */
    void put(String edge, FieldSet other) {
        children.put(edge, other);
    }

    /** Makes the paths of the other set, behind that path of at least one edge, this set's; there must be none yet. */
    void graft(List<String> path, FieldSet other) {
        FieldSet node = this;
        for (String edge : path.subList(0, path.size() - 1)) {
            node = node.children.computeIfAbsent(edge, _ -> new FieldSet());
        }
        node.children.put(path.getLast(), other);
    }

    FieldSet union(FieldSet other) {
        FieldSet result = new FieldSet();
        result.member = member || other.member;
        children.forEach((edge, child) -> {
            FieldSet theirs = other.children.get(edge);
            result.children.put(edge, theirs == null ? child : child.union(theirs));
        });
        other.children.forEach(result.children::putIfAbsent);
        return result;
    }

    /** The paths of this set that are not in the other. */
    FieldSet difference(FieldSet other) {
        FieldSet result = new FieldSet();
        result.member = member && !other.member;
        children.forEach((edge, child) -> {
            FieldSet theirs = other.children.get(edge);
            FieldSet rest = theirs == null ? child : child.difference(theirs);
            if (!rest.isEmpty()) {
                result.children.put(edge, rest);
            }
        });
        return result;
    }

    FieldSet intersection(FieldSet other) {
        FieldSet result = new FieldSet();
        result.member = member && other.member;
        children.forEach((edge, child) -> {
            FieldSet theirs = other.children.get(edge);
            FieldSet common = theirs == null ? null : child.intersection(theirs);
            if (common != null && !common.isEmpty()) {
                result.children.put(edge, common);
            }
        });
        return result;
    }

    /** The paths of this set that are neither in the other nor below one that is. */
    FieldSet without(FieldSet other) {
        FieldSet result = new FieldSet();
        result.member = member && !other.member;
        children.forEach((edge, child) -> {
            FieldSet theirs = other.children.get(edge);
            if (theirs == null) {
                result.children.put(edge, child);
            } else if (!theirs.member) {
                FieldSet rest = child.without(theirs);
                if (!rest.isEmpty()) {
                    result.children.put(edge, rest);
                }
            }
        });
        return result;
    }

    /** Every path of the set, written as {@code .spec.containers[name="a"].image}. */
    List<String> paths() {
        List<String> paths = new ArrayList<>();
        visit("", (path, _) -> paths.add(path));
        return paths;
    }

    private void visit(String path, BiConsumer<String, FieldSet> visitor) {
        if (member) {
            visitor.accept(path, this);
        }
        children.forEach((edge, child) -> child.visit(path + readable(edge), visitor));
    }

    private static String readable(String edge) {
        String rest = edge.substring(2);
        return switch (edge.charAt(0)) {
            case 'f' -> "." + rest;
            case 'v' -> "[=" + rest + "]";
            case 'k' -> {
                StringBuilder text = new StringBuilder("[");
                JsonCodec.decodeAny(rest.getBytes(StandardCharsets.UTF_8))
                        .properties()
                        .forEach(entry -> text.append(text.length() > 1 ? "," : "")
                                .append(entry.getKey())
                                .append('=')
                                .append(entry.getValue()));
                yield text.append(']').toString();
            }
            default -> "[" + rest + "]";
        };
    }

    void makeMember() {
        member = true;
    }

    @Override
    public String toString() {
        return toJson().toString();
    }
}
