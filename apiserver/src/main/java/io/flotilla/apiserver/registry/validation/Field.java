package io.flotilla.apiserver.registry.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.machinery.object.Quantity;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A place in an object and what stands there, if anything. The path is put together only when a finding needs it.
 * Reading follows Go's zero values, as the rules of Kubernetes do: an absent text is empty, an absent number 0, an
 * absent flag false, an absent list empty.
 */
public final class Field {
    private final @Nullable Field parent;
    private final String step;
    private final int index;
    private final JsonNode value;

    private Field(@Nullable Field parent, String step, int index, JsonNode value) {
        this.parent = parent;
        this.step = step;
        this.index = index;
        this.value = value.isNull() ? MissingNode.getInstance() : value;
    }

    /** The whole object; its path is empty. */
    public static Field of(JsonNode object) {
        return new Field(null, "", -1, object);
    }

    /** The same place under another path: for rules that Kubernetes tells of another field than the one they read. */
    public Field as(String path) {
        return new Field(null, path, -1, value);
    }

    public Field at(String name) {
        return new Field(this, name, -1, value.path(name));
    }

    public Field at(String name, String... more) {
        Field field = at(name);
        for (String each : more) {
            field = field.at(each);
        }
        return field;
    }

    /** An entry of a map: its key stands in brackets in the path. */
    public Field key(String key) {
        return new Field(this, key, -2, value.path(key));
    }

    public Field index(int i) {
        return new Field(this, "", i, value.path(i));
    }

    public String path() {
        StringBuilder out = new StringBuilder();
        write(out);
        return out.toString();
    }

    private void write(StringBuilder out) {
        if (parent != null) {
            parent.write(out);
        }
        if (index >= 0) {
            out.append('[').append(index).append(']');
        } else if (index == -2) {
            out.append('[').append(step).append(']');
        } else if (!step.isEmpty()) {
            out.append(out.isEmpty() ? "" : ".").append(step);
        }
    }

    public JsonNode value() {
        return value;
    }

    /** The object that stands here, to be changed. */
    public ObjectNode object() {
        return (ObjectNode) value;
    }

    public boolean isSet() {
        return !value.isMissingNode();
    }

    public boolean has(String name) {
        JsonNode child = value.path(name);
        return !child.isMissingNode() && !child.isNull();
    }

    /** Whether nothing stands here, or an empty text, list or map. */
    public boolean isEmpty() {
        return value.isMissingNode()
                || (value.isContainerNode() && value.isEmpty())
                || (value.isTextual() && value.textValue().isEmpty());
    }

    public boolean isText() {
        return value.isTextual();
    }

    public boolean isNumber() {
        return value.isNumber();
    }

    public String text() {
        return value.isTextual() ? value.textValue() : "";
    }

    public String text(String name) {
        JsonNode child = value.path(name);
        return child.isTextual() ? child.textValue() : "";
    }

    public boolean is(String text) {
        return value.isTextual() && value.textValue().equals(text);
    }

    public long number() {
        return value.isNumber() ? value.longValue() : 0;
    }

    public long number(String name) {
        JsonNode child = value.path(name);
        return child.isNumber() ? child.longValue() : 0;
    }

    public boolean flag() {
        return value.isBoolean() && value.booleanValue();
    }

    public boolean flag(String name) {
        JsonNode child = value.path(name);
        return child.isBoolean() && child.booleanValue();
    }

    /** The amount that stands here, 0 for none. */
    public Quantity quantity() {
        return Quantity.read(value);
    }

    public int size() {
        return value.isContainerNode() ? value.size() : 0;
    }

    /** The elements of a list. */
    public List<Field> items() {
        if (!value.isArray() || value.isEmpty()) {
            return List.of();
        }
        List<Field> items = new ArrayList<>(value.size());
        for (int i = 0; i < value.size(); i++) {
            items.add(index(i));
        }
        return items;
    }

    /** The entries of a map, each under its key. */
    public List<Field> entries() {
        if (!value.isObject() || value.isEmpty()) {
            return List.of();
        }
        List<Field> entries = new ArrayList<>(value.size());
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            entries.add(new Field(this, entry.getKey(), -2, entry.getValue()));
        }
        return entries;
    }

    /** The last step of the path: a field's name or a map's key. */
    public String name() {
        return step;
    }

    /** The texts of a list. */
    public List<String> texts() {
        if (!value.isArray() || value.isEmpty()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>(value.size());
        for (JsonNode each : value) {
            texts.add(each.asText());
        }
        return texts;
    }

    /** Whether any element of the list satisfies the condition. */
    public boolean any(Predicate<Field> condition) {
        for (Field item : items()) {
            if (condition.test(item)) {
                return true;
            }
        }
        return false;
    }

    /** The texts of a map, in order. */
    public Map<String, String> textMap() {
        if (!value.isObject() || value.isEmpty()) {
            return Map.of();
        }
        Map<String, String> map = new java.util.LinkedHashMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> it = value.properties().iterator(); it.hasNext(); ) {
            Map.Entry<String, JsonNode> entry = it.next();
            map.put(entry.getKey(), entry.getValue().asText());
        }
        return map;
    }

    @Override
    public String toString() {
        return path() + "=" + value;
    }
}
